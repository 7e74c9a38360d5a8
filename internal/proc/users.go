package proc

import "os"

// firstUserNamespace is what /proc calls the user namespace that the kernel began with
// (PROC_USER_INIT_INO in linux/proc_ns.h).
const firstUserNamespace = "user:[4026531837]"

// InUserNamespace reports whether our privileges are those of a user namespace, and not of
// the machine. Where that cannot be told, they are taken for the machine's.
func InUserNamespace() bool {
	ours, err := os.Readlink("/proc/self/ns/user")
	return err == nil && ours != firstUserNamespace
}
