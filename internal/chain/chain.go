// Package chain is how one tool becomes the next.
//
// A container is also a command line: every tool changes one thing about its
// own process and then becomes the rest of its arguments, as env, nice and
// chroot do. A tool that must be there afterwards, because the kernel gives the
// property to children only, holds instead: it starts the rest as a child,
// relays signals, waits, and ends as the child did.
package chain

import (
	"embed"
	"io"
	"os/signal"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("chain", source) }

// A Step is one mechanism with its parameters: the struct that a tool's command
// line is parsed into, and that ctr-run fills in from its own.
type Step interface {
	Name() string                       // of the tool
	Check() error                       // that the parameters make sense, without looking at the machine
	Lines(r *recipe.Recipe) error       // records the calls; looks at the machine and changes nothing
	Program() (argv []string, dir Root) // what the process is to become, and where that is to be found
}

// A guarded step refuses to change some surroundings that it could be run in.
type guarded interface{ Guard() error }

func guard(step Step, talk Talk) error {
	if g, ok := step.(guarded); ok && !talk.DryRun {
		return g.Guard()
	}
	return nil
}

// An alone step may have no program to become: it does its work, leaves a process
// behind if that is its work, and returns.
type alone interface{ Alone() bool }

func isAlone(step Step) bool {
	a, ok := step.(alone)
	return ok && a.Alone()
}

// park starts a child that lives on, and prints its state.
func park(r *recipe.Recipe, talk Talk) error {
	child, err := r.Spawn()
	if err != nil {
		return err
	}
	// A reader that is gone must not end us now.
	signal.Ignore(unix.SIGPIPE)
	state, err := NewState(child.Pid)
	if err == nil {
		_, err = io.WriteString(talk.Out, state)
	}
	if err != nil {
		child.Kill()
		return err
	}
	child.Release()
	return nil
}

// Root says in which root directory a program's name has a meaning.
type Root int

const (
	SameRoot Root = iota // the root the step was started in
	NewRoot              // another root, in which our own tools may not exist
)

// Next is the rest of a tool's command line. Tools embed it.
type Next struct {
	Prog []string `arg:"" optional:"" passthrough:"partial" name:"prog" help:"Program to become, and its arguments."`
}

// Program is the rest of the command line without the "--" that sets it off.
func (n *Next) Program() ([]string, Root) {
	if len(n.Prog) > 0 && n.Prog[0] == "--" {
		return n.Prog[1:], SameRoot
	}
	return n.Prog, SameRoot
}

// Talk says what the user wants to be told.
type Talk struct {
	Explain string // "" for nothing, "text" or "json"
	DryRun  bool   // tell everything on Out, and do nothing
	Out     io.Writer
	Err     io.Writer
}

// Go makes a step's calls and becomes its program, or holds it. It returns the
// exit status of a program that it held, or the error that kept the program
// from being run, in which case nothing is left of what was made.
func Go(step Step, talk Talk) (status int, err error) {
	for {
		status, err = try(step, talk)
		if a, ok := step.(again); !ok || err == nil || !a.Again(err) {
			return status, err
		}
	}
}

// A step that can be tried again knows failures after which that is worth it.
type again interface{ Again(err error) bool }

func try(step Step, talk Talk) (status int, err error) {
	if err := step.Check(); err != nil {
		return 0, err
	}
	if err := guard(step, talk); err != nil {
		return 0, err
	}
	if err := seal(step, talk); err != nil {
		return 0, err
	}
	if err := prepare(step, talk); err != nil {
		return 0, err
	}
	next := find(step)
	lone := isAlone(step)
	if err := next.check(); err != nil && !lone {
		return 0, err
	}
	r := recipe.New(step.Name())
	r.Narrator, r.Dry = talk.narrator(), talk.DryRun
	if err := next.open(r, step); err != nil {
		return 0, err
	}
	if err := step.Lines(r); err != nil {
		return 0, err
	}
	if !lone {
		next.become(r, step)
	}
	switch {
	case talk.DryRun:
		return 0, next.dryRun(r)
	case lone && r.Clones():
		return 0, park(r, talk)
	case r.Clones():
		return hold(step, r, next, talk)
	}
	return 0, notRun(r.Run(), next)
}

func (t Talk) narrator() *recipe.Narrator {
	switch {
	case t.DryRun:
		return &recipe.Narrator{W: t.Out, JSON: t.Explain == "json"}
	case t.Explain != "":
		return &recipe.Narrator{W: t.Err, JSON: t.Explain == "json"}
	}
	return nil
}
