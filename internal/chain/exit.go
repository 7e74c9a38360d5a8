package chain

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// Exit statuses that are not the program's own, as in env(1) and docker run.
const (
	StatusFailed      = 125 // the tool itself failed
	StatusNotRunnable = 126 // the program was found and cannot be run
	StatusNotFound    = 127 // the program was not found
	statusSignal      = 128 // plus the number of the signal that ended the program
)

// NotRun says why a program was not run. Everything before it had been done.
type NotRun struct {
	Prog   string
	Status int    // StatusNotFound or StatusNotRunnable
	Cause  string // in words
	Err    error  // the failure of execve
}

func (n *NotRun) Error() string { return "run " + n.Prog + ": " + n.Cause }
func (n *NotRun) Unwrap() error { return n.Err }

// notRun makes a NotRun of a failure to execute the program itself.
func notRun(err error, p *program) error {
	var failure *recipe.Failure
	if !errors.As(err, &failure) || !strings.HasPrefix(failure.Call, "execve") {
		return err
	}
	n := &NotRun{Prog: p.argv[0], Status: StatusNotRunnable, Cause: failure.Err.Error(), Err: err}
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		n.Status = StatusNotFound
		if !strings.Contains(n.Prog, "/") {
			n.Cause = "not found in $PATH"
		}
	}
	return n
}

// A knowing step may know what was meant by a program that is not there, or says "".
type knowing interface{ NotFound(prog string) string }

// advised adds the advice of a step to the failure of its program.
func advised(err error, step Step) error {
	var n *NotRun
	k, ok := step.(knowing)
	if !ok || !errors.As(err, &n) || n.Status != StatusNotFound {
		return err
	}
	if hint := k.NotFound(n.Prog); hint != "" {
		return &Hinted{Err: err, Hint: hint}
	}
	return err
}

// A Told is the failure of another tool, which has told of it already.
type Told struct{ Tool string }

func (t *Told) Error() string { return t.Tool + " failed" }

// A Hinted is an error whose maker knows the remedy.
type Hinted struct {
	Err  error
	Hint string
}

func (h *Hinted) Error() string { return h.Err.Error() }
func (h *Hinted) Unwrap() error { return h.Err }

// Shell is the program to become where none is given: what unshare(1) takes.
func Shell() []string {
	if shell := os.Getenv("SHELL"); shell != "" {
		return []string{shell}
	}
	return []string{"/bin/sh"}
}
