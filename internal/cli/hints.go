package cli

import (
	"errors"
	"slices"

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
	{[]string{"setgroups", "setresuid", "setresgid"}, unix.EINVAL, always("the user namespace has no such id: see /proc/self/uid_map inside, and --map-users, --map-groups")},
	{[]string{"setgroups", "setresgid", "setresuid"}, unix.EPERM, becomesOther},
	{[]string{"setgroups"}, unix.EPERM, always("in a user namespace groups can be given up only if all were mapped with privileges: see --setgroups")},
	{[]string{"mkdirat", "mknodat"}, unix.EROFS, missingPlace},
	{[]string{"move_mount"}, unix.EINVAL, always("a directory can be mounted on a directory only, and a file on a file only")},
	{[]string{"mkdirat", "mknodat", "write"}, unix.ENOSPC, always("the file system that is written to is full: one in memory has the size that --scratch or --size gives it")},
	{[]string{"make cable"}, unix.EXFULL, always("the kernel gives a bridge 1023 ports, and all have a cable; one is free again when a container ends")},
	{[]string{"fchownat"}, unix.EINVAL, always("the user namespace does not know that owner: see /proc/self/uid_map")},
	{[]string{"open_tree"}, unix.ENOENT, always("what is to be bound must be there, and none is made")},
	{[]string{"openat2"}, unix.ELOOP, always("a link of the image leads round in a circle, or by way of /proc to an open file, which is refused")},
	{[]string{"openat2"}, unix.ENOENT, always("it is missing, or a link of the image leads to nothing")},
	{[]string{"openat2", "fchdir"}, unix.ENOTDIR, always("a directory is needed there")},
	{[]string{"openat2", "open_tree", "fsopen"}, unix.ENOSYS, always("a seccomp filter, as in a container, or a kernel before Linux 5.6 stands in the way")},
	{[]string{"fstatfs"}, unix.EPERM, always("a link of the image leads to a /proc, and nothing may hide what the kernel says there")},
	{[]string{"open_tree"}, unix.EINVAL, always("in a user namespace, what is mounted below cannot be left out: add :rec")},
	{[]string{"openat"}, unix.ENOENT, forSysctl("a new namespace has fewer settings than the machine: those it has are in /proc/sys inside")},
	{[]string{"openat"}, unix.EROFS, forSysctl("/proc/sys is read-only here, as in a container")},
	{[]string{"openat"}, unix.EACCES, forSysctl("the kernel lets nobody change it, or only root of the machine")},
	{[]string{"write"}, unix.EINVAL, forSysctl("the kernel does not take that value")},
	{[]string{"write"}, unix.ERANGE, always("a clock cannot be set to before its start, or to more than 146 years")},
	{[]string{"pivot_root"}, unix.EINVAL, pivotRoot},
	{[]string{"mount"}, unix.ENODEV, missingModule},
	{[]string{"mount"}, unix.EPERM, mountInUserNamespace},
	{[]string{"mount"}, unix.EPERM, noPrivilege},
	{[]string{"mknodat", "setxattr"}, unix.EPERM, always("root of a user namespace can make neither device nodes nor trusted attributes: this takes root of the machine")},
	{[]string{"pivot_root"}, unix.EBUSY, always("the directory is on the mount that is the root already")},
	{[]string{"mount", "chdir", "openat"}, unix.ENOTDIR, always("a directory is needed there; a file or a symbolic link in its place is refused")},
	{[]string{"mount"}, unix.EINVAL, overlay},
	{[]string{"mount"}, unix.ELOOP, forUnion("for a union: a layer lies in another, or is the same directory under another name")},
	{[]string{"mount"}, unix.EBUSY, forUnion("for a union: another one uses the upper or the work directory")},
	{[]string{"mount"}, unix.ESTALE, forUnion("for a union: with index=on an upper layer belongs to the lower layers that it was first used with")},
	{[]string{"umount2"}, unix.EBUSY, always("a process uses it, or has something of it open; fuser -vm DIR tells which")},
	{[]string{"umount2"}, unix.EINVAL, always("what was mounted outside of a user namespace cannot be unmounted in it")},
	{[]string{"open_tree", "move_mount"}, unix.EPERM, noPrivilege},
	{[]string{"mount_setattr"}, unix.ENOSYS, always("a seccomp filter, or a kernel before Linux 5.12, which cannot show other owners")},
	{[]string{"mount_setattr"}, unix.EPERM, always("only root of the machine may show other owners: a file system belongs to the user namespace that it was made in")},
	{[]string{"mount_setattr"}, unix.EINVAL, always("this kind of file system cannot show other owners in this kernel: ext4 does since Linux 5.12, xfs 5.12, btrfs 5.15, overlay 5.19, tmpfs 6.3")},
	{[]string{"sethostname", "setdomainname"}, unix.EINVAL, always("the kernel takes 64 bytes at most")},
	{[]string{"write"}, unix.EPERM, refusedMap},
	{[]string{"sethostname", "setdomainname", "umount2", "pivot_root", "ioctl"}, unix.EPERM, noPrivilege},
	{[]string{"prctl", "capset", "prlimit64", "seccomp"}, unix.EPERM, privilege},
	{[]string{"seccomp"}, unix.EACCES, always("without no_new_privs a filter takes CAP_SYS_ADMIN: leave out --new-privs, or add --seccomp off")},
	{[]string{"seccomp"}, unix.EINVAL, always("this kernel is built without filters of system calls")},
	{[]string{"execve", "execveat"}, unix.EAGAIN, always("the user has more processes already than its limit nproc")},
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

// forUnion is for a tool whose mounts are overlays.
func forUnion(text string) func(*recipe.Failure) string {
	return func(f *recipe.Failure) string {
		if f.Tool != "ufs-mount" {
			return ""
		}
		return text
	}
}
