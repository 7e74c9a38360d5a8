package ctr

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/ns"
)

// Life is how a container's program begins and ends, as docker run has it.
type Life struct {
	Entrypoint  string     `placeholder:"PROG" help:"Program to run; what stands in the place of PROG is its first argument."`
	Init        bool       `help:"Leave a process as pid 1 that passes signals on to PROG and reaps orphans."`
	StopSignal  *ns.Signal `placeholder:"SIGNAL" help:"Signal that PROG gets when we are asked to end by SIGTERM (TERM)."`
	StopTimeout *int       `placeholder:"SECONDS" help:"Kill PROG if it has not ended by then; -1 for never. Without it, only one that cannot hear is killed, after 10."`
	Pidfile     string     `placeholder:"FILE" help:"Write the pid of the first process to FILE, which is removed in the end."`
	Rm          bool       `help:"Accepted, because it is always so: nothing is left of a container."`
}

func (l *Life) check() error {
	const longest = 1 << 30 // as many seconds as a timer takes
	if s := l.StopTimeout; s != nil && (*s < -1 || *s > longest) {
		return fmt.Errorf("wait %d s for the end: write -1 for ever", *s)
	}
	if s := l.StopSignal; s != nil && unix.Signal(*s) == unix.SIGSTOP {
		return errors.New("ask for the end by SIGSTOP: a program that is stopped does not end")
	}
	return nil
}

// Stop is how the program is asked to end.
func (c *Run) Stop() (stop chain.Stop) {
	if c.StopSignal != nil {
		stop.Signal = unix.Signal(*c.StopSignal)
	}
	stop.Seconds = c.StopTimeout
	return stop
}

// Program is looked up in the container. Without one it is a shell.
func (c *Run) Program() ([]string, chain.Root) {
	argv, _ := c.Next.Program()
	switch {
	case c.Entrypoint != "":
		argv = append([]string{c.Entrypoint}, argv...)
	case len(argv) == 0:
		argv = []string{"/bin/sh"}
	}
	return argv, chain.NewRoot
}

// Environ is the environment of the program.
func (c *Run) Environ() []string { return c.environ }

// NotFound says what may have been meant by a program that is not there, or "".
func (c *Run) NotFound(prog string) string {
	if c.Entrypoint != "" || len(c.Prog) == 0 || c.Prog[0] == "--" || strings.HasPrefix(prog, "/") || strings.HasPrefix(prog, ".") {
		return ""
	}
	return "there are no images here: ctr-run -- PROG runs it on the machine's own files, and ctr-run --archive FILE -- PROG on a root file system, " +
		"such as docker export or mmdebstrap makes"
}
