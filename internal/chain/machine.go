package chain

import (
	"errors"
	"os"
)

// initPidNamespace is what /proc shows of the first pid namespace, whose number
// the kernel fixes (PROC_PID_INIT_INO in linux/proc_ns.h).
const initPidNamespace = "pid:[4026531836]"

// OwnMounts refuses the mount namespace of the machine's pid 1. A mount made
// there is everybody's, and pivot_root moves every process of the namespace.
func OwnMounts() error {
	if pid, err := os.Readlink("/proc/self/ns/pid"); err == nil && pid != initPidNamespace {
		return nil
	}
	ours, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		return &Hinted{Err: err, Hint: "mount a /proc, so that it can be told whose mounts would change"}
	}
	// Who may not look at pid 1 has no power over its mounts either.
	machines, err := os.Readlink("/proc/1/ns/mnt")
	if err != nil || ours != machines {
		return nil
	}
	return &Hinted{
		Err:  errors.New("change mounts: this is the machine's own mount namespace"),
		Hint: "put ns-unshare --mount -- before the command",
	}
}
