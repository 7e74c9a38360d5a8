package chain

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// relayed are the signals that a holder passes on.
var relayed = []os.Signal{
	unix.SIGTERM, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGWINCH,
}

// patience is how long a program may go on that was asked to end and cannot hear
// it. docker stop waits as long.
const patience = 10 * time.Second

// An ending sees to it that a child which is told to end does end.
type ending struct {
	child    *recipe.Child
	prog     string
	say      func(text string)
	asked    unix.Signal      // what a deaf pid 1 was asked with, 0 if it was not
	patience <-chan time.Time // when the asking is over
}

// watch waits for signals as long as we live.
func (e *ending) watch(signals <-chan os.Signal) {
	for {
		select {
		case s := <-signals:
			e.relay(s.(unix.Signal))
		case <-e.patience:
			e.insist()
		}
	}
}

// relay passes a signal on. What the terminal sent, it sent to the child too.
func (e *ending) relay(signal unix.Signal) {
	keyboard := (signal == unix.SIGINT || signal == unix.SIGQUIT) && inForeground()
	// Before the child hears of it: many a handler ends the program by giving itself up.
	deaf := deaf(e.child, signal)
	if !keyboard {
		e.child.Signal(signal)
	}
	if signal == unix.SIGUSR1 || signal == unix.SIGUSR2 || signal == unix.SIGWINCH || !deaf {
		return
	}
	if e.asked != 0 {
		e.child.Signal(unix.SIGKILL)
		return
	}
	e.asked = signal
	e.patience = time.After(patience)
	e.say(fmt.Sprintf("hint: %s is pid 1 and has no handler for %s, so the kernel discards it: killed in %d s, or at the next signal",
		e.prog, unix.SignalName(signal), int(patience.Seconds())))
}

// insist ends a child that has had its time. A handler that it has set up in the
// meantime is given the signal instead.
func (e *ending) insist() {
	if deaf(e.child, e.asked) {
		e.child.Signal(unix.SIGKILL)
		return
	}
	e.child.Signal(e.asked)
	e.asked, e.patience = 0, nil
}

// inForeground reports whether the terminal sends its signals to our process
// group, which the child was born into. The kernel tells a handler who sent a
// signal, but Go does not pass it on; so a kill(1) from elsewhere is taken for the
// keyboard as long as we are in the foreground.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
