package cli

import (
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// hints maps a call that the kernel refused, and how, to what can be done about
// it. The first row that fits and has something to say counts.
var hints = []struct {
	calls []string
	errno unix.Errno
	say   func(f *recipe.Failure) string
}{
	{makesNamespaces, unix.EPERM, noPrivilege},
	{makesNamespaces, unix.ENOSPC, namespaceLimit},
	{makesNamespaces, unix.EUSERS, namespaceLimit},
	{makesNamespaces, unix.EINVAL, always("this kernel lacks that kind of namespace; /proc/self/ns lists what it has")},
	{makesNamespaces, unix.ENOSYS, always("a seccomp filter, as in a container, or a kernel before Linux 5.3 stands in the way")},
	{makesNamespaces, unix.EAGAIN, always("a limit of processes is reached; ulimit -u and the pids control group set it")},
	{[]string{"setns"}, unix.EPERM, foreignNamespace},
	{[]string{"setns"}, unix.EINVAL, always("one cannot join a pid namespace that is not below one's own, nor one's own user namespace again")},
	{[]string{"setns"}, unix.ESRCH, always("the process has ended")},
	{[]string{"setresuid", "setresgid"}, unix.EINVAL, always("the user namespace has no such id: see /proc/self/uid_map inside, and --map-users, --map-groups")},
	{[]string{"setgroups"}, unix.EPERM, always("in a user namespace groups can be given up only if all were mapped with privileges: see --setgroups")},
	{[]string{"write"}, unix.ERANGE, always("a clock cannot be set to before its start, or to more than 146 years")},
	{[]string{"pivot_root"}, unix.EINVAL, pivotRoot},
	{[]string{"mount"}, unix.ENODEV, missingModule},
	{[]string{"mount"}, unix.EPERM, mountInUserNamespace},
	{[]string{"mount"}, unix.EPERM, noPrivilege},
	{[]string{"mknodat", "setxattr"}, unix.EPERM, always("root of a user namespace can make neither device nodes nor trusted attributes: this takes root of the machine")},
	{[]string{"pivot_root"}, unix.EBUSY, always("the directory is on the mount that is the root already")},
	{[]string{"mount", "chdir", "openat"}, unix.ENOTDIR, always("a directory is needed there; a file or a symbolic link in its place is refused")},
	{[]string{"mount"}, unix.EINVAL, overlay},
	{[]string{"sethostname", "setdomainname"}, unix.EINVAL, always("the kernel takes 64 bytes at most")},
	{[]string{"write"}, unix.EPERM, refusedMap},
	{[]string{"sethostname", "setdomainname", "umount2", "pivot_root", "ioctl"}, unix.EPERM, noPrivilege},
	{[]string{"execve", "execveat"}, unix.ENOEXEC, always("it is neither a binary of this machine's architecture nor a script with a #! line")},
	{[]string{"execve", "execveat"}, unix.EACCES, always("it is not executable: see its mode, and whether its file system is mounted noexec")},
}

var makesNamespaces = []string{"unshare", "clone3"}

// hintFor is the remedy for an error, or "".
func hintFor(err error) string {
	var hinted *chain.Hinted
	if errors.As(err, &hinted) {
		return hinted.Hint
	}
	var failure *recipe.Failure
	var errno unix.Errno
	if !errors.As(err, &failure) || !errors.As(err, &errno) {
		return ""
	}
	for _, h := range hints {
		if h.errno == errno && slices.Contains(h.calls, failure.Call) {
			if text := h.say(failure); text != "" {
				return text
			}
		}
	}
	return ""
}

func always(text string) func(*recipe.Failure) string {
	return func(*recipe.Failure) string { return text }
}

// noPrivilege says who may do what the kernel refused.
func noPrivilege(f *recipe.Failure) string {
	if os.Geteuid() == 0 && strings.Contains(f.Object, "user") {
		return "a process in a chroot may not make a user namespace; or a security module or seccomp filter forbids it"
	}
	if os.Geteuid() == 0 {
		return "root here lacks CAP_SYS_ADMIN, or a security module or seccomp filter forbids it, as in most containers"
	}
	off := switchedOff()
	switch {
	case off != "":
		return off
	case strings.Contains(f.Object, "user"):
		return "a process in a chroot may not make a user namespace"
	case f.Tool == "veth-link":
		return "this takes root: try sudo; without it one can do the same in the shell of ns-unshare --map-root-user --net -- sh"
	case f.Tool == "ns-unshare":
		return "this takes root: try sudo, or --map-root-user to be root in a namespace of your own"
	}
	return "this takes root: try sudo"
}

// mountInUserNamespace knows the file systems that show another namespace: the
// user namespace must own that one too.
func mountInUserNamespace(f *recipe.Failure) string {
	if os.Geteuid() != 0 || rootOfMachine() {
		return ""
	}
	switch f.Object {
	case "proc":
		return "a /proc shows a pid namespace, and this user namespace does not own it: add --pid to ns-unshare"
	case "sysfs":
		return "a /sys shows a network namespace, and this user namespace does not own it: add --net to ns-unshare"
	}
	return ""
}

// rootOfMachine reports whether we are root, and not just in a user namespace.
func rootOfMachine() bool {
	text, _ := os.ReadFile("/proc/self/uid_map")
	return os.Geteuid() == 0 && strings.Join(strings.Fields(string(text)), " ") == "0 0 4294967295"
}

func foreignNamespace(f *recipe.Failure) string {
	if rootOfMachine() {
		return noPrivilege(f)
	}
	return "only root, or the owner of the user namespace that these belong to, may join them; the owner adds --user"
}

func refusedMap(f *recipe.Failure) string {
	if !strings.HasSuffix(f.Object, "_map") {
		return ""
	}
	if off := switchedOff(); off != "" {
		return off
	}
	return "without privileges one may map one's own id only, and one's own group only with setgroups denied"
}

func namespaceLimit(f *recipe.Failure) string {
	if off := switchedOff(); off != "" && strings.Contains(f.Object, "user") {
		return off
	}
	return "a limit of namespaces in /proc/sys/user is reached, or they are nested 32 deep"
}

func pivotRoot(*recipe.Failure) string {
	return "the new root must be a mount point, its parent mount and the old root's must not be shared, " +
		"and the old root must not be the initramfs"
}

func missingModule(f *recipe.Failure) string {
	return "this kernel lacks the file system; as root, modprobe may load it (overlay, for a union)"
}

func overlay(f *recipe.Failure) string {
	return "for a union: upper and work must be on one file system that is no overlay itself, and layers must not overlap; " +
		"the kernel log says more"
}
