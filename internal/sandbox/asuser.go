package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// ordinary is the user and group that asuser becomes: one that owns nothing here. (Not 65534, which the kernel also shows
// for everyone whom a user namespace does not know.)
const ordinary = 1000

// becomeUser is the program asuser: it gives up root for good and becomes the rest of its command line.
func becomeUser(argv []string) int {
	if len(argv) == 0 {
		fmt.Fprintln(os.Stderr, "usage: asuser PROG [ARG...]")
		return 125
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, "asuser:", err)
		return 127
	}
	if os.Geteuid() == 0 {
		if err := dropRoot(); err != nil {
			fmt.Fprintln(os.Stderr, "asuser:", err)
			return 125
		}
	}
	fmt.Fprintln(os.Stderr, "asuser:", syscall.Exec(path, argv, os.Environ()))
	return 126
}

// dropRoot leaves root's groups first, because afterwards it may not; the last call takes every capability along.
func dropRoot() error {
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	if err := syscall.Setgroups(nil); err != nil {
		return err
	}
	if err := syscall.Setresgid(ordinary, ordinary, ordinary); err != nil {
		return err
	}
	return syscall.Setresuid(ordinary, ordinary, ordinary)
}
