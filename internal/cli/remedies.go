package cli

import (
	"os"
	"strings"

	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

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
	case proc.InUserNamespace():
		return "who has no id in a user namespace loses its privileges when a program is run: add --setuid 0 --setgid 0 to ns-unshare"
	case off != "":
		return off
	case strings.Contains(f.Object, "user"):
		return "a process in a chroot may not make a user namespace"
	case f.Tool == "veth-link":
		return "this takes root: try sudo; without it one can do the same in the shell of ns-unshare --map-root-user --net -- sh"
	case f.Tool == "ufs-mount":
		return "this takes root: try sudo, or ns-unshare --map-root-user --mount -- before the command"
	case f.Tool == "ns-unshare":
		return "this takes root: try sudo, or --map-root-user to be root in a namespace of your own"
	}
	return "this takes root: try sudo"
}

// mountInUserNamespace knows the file systems that show another namespace: the
// user namespace must own that one too.
func mountInUserNamespace(f *recipe.Failure) string {
	if rootOfMachine() || os.Geteuid() != 0 && f.Tool != "ctr-run" {
		return ""
	}
	switch f.Object {
	case "proc":
		return "a /proc shows a pid namespace, and this user namespace does not own it: add --pid to ns-unshare"
	case "sysfs":
		return "a /sys shows a network namespace, and this user namespace does not own it: add --net to ns-unshare"
	case "mqueue":
		return "message queues belong to an IPC namespace, and this user namespace does not own it: add --ipc to ns-unshare"
	}
	if f.Step == "ufs-mount" && !proc.Kernel(5, 11) {
		return "a union in a user namespace takes Linux 5.11: on this kernel, only root of the machine can have one"
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

func missingPlace(f *recipe.Failure) string {
	if f.Tool == "ufs-mount" {
		return ""
	}
	return "the mount point is missing, and the root is read-only: make it in the image, or room where the upper layer is"
}

func missingModule(f *recipe.Failure) string {
	return "this kernel lacks the file system; as root, modprobe may load it (overlay, for a union)"
}

func overlay(f *recipe.Failure) string {
	if !rootOfMachine() {
		return "for a union in a user namespace: no layer may have anything mounted in it from outside (see --machine), " +
			"and upper and work must be on one file system that is no overlay itself"
	}
	return "for a union: upper and work must be on one file system that is no overlay itself, and layers must not overlap; " +
		"the kernel log says more"
}
