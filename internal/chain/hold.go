package chain

import (
	"fmt"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// hold starts the rest of the chain as a child and stands in for it: signals
// that are sent to us reach it, and its end is ours.
func hold(r *recipe.Recipe, p *program, talk Talk) (status int, err error) {
	signals := make(chan os.Signal, 16)
	// A signal that comes while the child is being made ends us, and our end the
	// child's. Only a child that would live on makes us keep the signal for it now.
	if !r.DiesWithUs() {
		signal.Notify(signals, relayed...)
	}
	child, err := r.Spawn()
	if err != nil {
		return 0, notRun(err, p)
	}
	signal.Notify(signals, relayed...)
	say := func(text string) { fmt.Fprintf(talk.Err, "%s: %s\n", p.holder, text) }
	go (&ending{child: child, prog: p.argv[0], say: say}).watch(signals)
	w, err := child.Wait()
	if err != nil {
		return 0, err
	}
	return exitStatus(w), child.Close()
}

// exitStatus is the status by which a shell would tell of the end of a process.
func exitStatus(w unix.WaitStatus) int {
	if w.Signaled() {
		return statusSignal + int(w.Signal())
	}
	return w.ExitStatus()
}
