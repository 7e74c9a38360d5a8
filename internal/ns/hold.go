package ns

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// hold records the life of a process that does nothing but hold namespaces. No
// program is run: the child waits, in the copy of us that it is.
func (u *Unshare) hold(r *recipe.Recipe) error {
	holder := u.HoldFor
	if holder == 0 {
		holder = os.Getppid()
	}
	if holder == 0 {
		return needs("hold: our caller is in another pid namespace, where its end cannot be seen", "--hold-for PID")
	}
	pidfd, err := openPid(holder)
	if err != nil {
		return fmt.Errorf("hold for process %d: %w", holder, err)
	}
	if err := detach(r); err != nil {
		return err
	}
	listen(r)
	if *u.Hold != "" {
		// The file is there when the process is complete.
		r.Outside(pidfile(*u.Hold))
	}
	// From here on it is on its own.
	r.LeaveParent()
	//doc:hold
	// It sleeps until it is told to end, or until the process ends on whose behalf it
	// is there: so nothing is left when that is killed.
	r.Ppoll("[{signals}, {caller}]", 0, pidfd)
	// With the last process in them the namespaces end, and all that is in them.
	r.Exit(0)
	return nil
}

// detach records that the process keeps nothing of its surroundings.
func detach(r *recipe.Recipe) error {
	// In a session of its own, the terminal's signals are not for it.
	r.Setsid()
	fds, err := chain.Inherited()
	// Whoever waits for the end of a pipe must not have to wait for this process.
	for _, fd := range fds {
		r.CloseInherited(fd).Because("it was open when we were started")
	}
	// The same goes for the standard descriptors, but those must stay open: the next
	// file to be opened would take their place.
	null := r.Openat("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, "null")
	// All three name a file now that swallows everything.
	for fd := range 3 {
		r.Dup3(null, fd)
	}
	return err
}

// listen records that the process can be told to end. What it is told can be read
// from descriptor 0.
func listen(r *recipe.Recipe) {
	// As pid 1 it is the parent of every orphan. The kernel takes them off its hands.
	r.IgnoreChildren()
	// A pid 1 never gets a signal that it does not handle, but one that is blocked
	// is kept for it.
	r.BlockSignals(ending...)
	// A signal that is kept for it can be waited for like input.
	signals := r.Signalfd("signals", ending...)
	// It has no other input.
	r.Dup3(signals, 0)
}

// ending are the signals that end a process which only holds namespaces.
var ending = []unix.Signal{unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGQUIT}
