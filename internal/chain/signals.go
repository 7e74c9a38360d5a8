package chain

import (
	"cmp"
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

// A Stop is how a program is asked to end, where that is not the usual way.
type Stop struct {
	Signal  unix.Signal // that takes the place of SIGTERM; 0 for that one itself
	Seconds *int        // how long it may take, whether it listens or not; negative for ever; nil for as long as it listens
}

// A stopping step knows of another way.
type stopping interface{ Stop() Stop }

// An ending sees to it that a child which is told to end does end.
type ending struct {
	child    *recipe.Child
	prog     string
	stop     Stop
	say      func(text string)
	asked    unix.Signal      // what a deaf pid 1 was asked with, 0 if it was not
	patience <-chan time.Time // when the asking is over
	limit    <-chan time.Time // when the time is up that it was given
}

func newEnding(step Step, child *recipe.Child, prog string, say func(string)) *ending {
	e := &ending{child: child, prog: prog, say: say}
	if s, ok := step.(stopping); ok {
		e.stop = s.Stop()
	}
	return e
}

// watch waits for signals as long as we live.
func (e *ending) watch(signals <-chan os.Signal) {
	for {
		select {
		case s := <-signals:
			e.relay(s.(unix.Signal))
		case <-e.patience:
			e.insist()
		case <-e.limit:
			e.child.Signal(unix.SIGKILL)
		}
	}
}

// relay passes a signal on. What the terminal sent, it sent to the child too.
func (e *ending) relay(signal unix.Signal) {
	keyboard := (signal == unix.SIGINT || signal == unix.SIGQUIT) && inForeground()
	asks := signal != unix.SIGUSR1 && signal != unix.SIGUSR2 && signal != unix.SIGWINCH
	if signal == unix.SIGTERM {
		e.begin()
		signal = cmp.Or(e.stop.Signal, signal)
	}
	// Before the child hears of it: many a handler ends the program by giving itself up.
	unheard := asks && deaf(e.child, signal)
	if !keyboard {
		e.child.Signal(signal)
	}
	if !unheard {
		return
	}
	if e.asked != 0 {
		e.child.Signal(unix.SIGKILL)
		return
	}
	e.asked = signal
	e.say(fmt.Sprintf("hint: %s is pid 1 and has no handler for %s, so the kernel discards it: killed %s",
		e.prog, signalName(signal), e.wait()))
}

// begin lets the time run that the program has, if it has been given one.
func (e *ending) begin() {
	if s := e.stop.Seconds; s != nil && *s >= 0 && e.limit == nil {
		e.limit = time.After(time.Duration(*s) * time.Second)
	}
}

// wait gives a deaf child the time that it has, and says which that is.
func (e *ending) wait() string {
	const next = "at the next signal"
	s := e.stop.Seconds
	if s != nil && *s < 0 {
		return next
	}
	if e.begin(); s != nil {
		return fmt.Sprintf("in %d s, or %s", *s, next)
	}
	e.patience = time.After(patience)
	return fmt.Sprintf("in %d s, or %s", int(patience.Seconds()), next)
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

func signalName(s unix.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return fmt.Sprintf("signal %d", int(s))
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
