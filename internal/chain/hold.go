package chain

import (
	"cmp"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// hold starts the rest of the chain as a child and stands in for it: signals
// that are sent to us reach it, and its end is ours.
func hold(step Step, r *recipe.Recipe, p *program, talk Talk) (status int, err error) {
	signals := make(chan os.Signal, 16)
	// From the first moment of the program, signals are for it.
	listen(signals)
	child, err := r.Spawn()
	if err != nil {
		return 0, advised(notRun(err, p), step)
	}
	if s, ok := step.(started); ok {
		s.Started(talk)
	}
	say := func(text string) { fmt.Fprintf(talk.Err, "%s: %s\n", p.holder, text) }
	if s, ok := step.(running); ok {
		for line := range strings.Lines(s.Running()) {
			say("hint: " + strings.TrimSpace(line))
		}
	}
	go newEnding(step, child, p.argv[0], say).watch(signals)
	w, err := child.Wait()
	if err != nil {
		return 0, err
	}
	if e, ok := step.(ended); ok {
		err = e.Ended(w, talk)
	}
	return exitStatus(w), cmp.Or(err, child.Close())
}

// A started step tells of itself, in its own words, when its program runs.
type started interface{ Started(talk Talk) }

// A running step may have something to tell when its program runs, a line each.
type running interface{ Running() string }

// An ended step has something to tell when its program has ended, while that which
// was done for it outside is still there.
type ended interface {
	Ended(w unix.WaitStatus, talk Talk) error
}

// listen takes over the signals that are relayed, but not those that we were told
// to ignore, as by nohup(1).
func listen(signals chan<- os.Signal) {
	for _, s := range relayed {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
}

// exitStatus is the status by which a shell would tell of the end of a process.
func exitStatus(w unix.WaitStatus) int {
	if w.Signaled() {
		return statusSignal + int(w.Signal())
	}
	return w.ExitStatus()
}
