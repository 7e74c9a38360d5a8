// Package recipe records system calls as data, and then prints them, runs
// them on the calling thread, or runs them in a freshly cloned child.
//
// A container is a list of system calls, and that list is a Recipe. What is
// printed is what is done, because nothing else decides what happens:
//
//	r := recipe.New("root-pivot")
//	// The comment above a call is what --explain prints below it.
//	r.Chdir("/mnt")
//	err := r.Run()
//
// Each method of Recipe that bears the name of a system call records one line
// and makes no call. Some work can only be done by another process than the one
// it is done to; that is recorded by Outside, in its place among the lines.
package recipe

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// A Recipe is a list of lines, in the order in which they happen.
type Recipe struct {
	Narrator *Narrator // who tells of each line before it happens; nil for nobody
	Dry      bool      // none of it will happen, so it does not matter whether we may

	name        string // the tool that makes it
	tool        string // the tool that the next lines are told under
	lines       []*Line
	slots       int         // how many results of calls are passed on to later calls
	results     []uintptr   // those results, as far as the calls have been made
	clone       int         // the index of the line that clones the child, or -1
	entered     uint64      // the kinds of namespace in which the child is not where we are
	deathSignal unix.Signal // what the child has asked for at our death, as of the last line
	coming      *Birth      // the control groups that the next child is to come into
	init        int         // the index of the line where the child stays behind, or -1
	reaper      *reaper     // what it needs for that
	cradle      *int        // the one it is born in, nil if that is ours
	muted       bool        // all lines have been told
	pause       func(p *Phase) error
	timed       bool
	moments     []unix.Timespec // when the lines began
	err         error           // the first argument that no system call can take
}

// A Line is one system call, or one piece of outside work.
type Line struct {
	tool      string
	name      string // the kernel's name for the call
	nr        uintptr
	args      []arg
	object    string       // what an error message says it was done to
	tolerate  []unix.Errno // results that are as good as success
	into      Slot         // where the result goes, for later lines
	ask       bool         // a child asks its parent before this line
	role      role         // what the child does with the line besides the call
	outside   *Outside
	meanwhile bool            // the outside work is done while the child goes on
	took      time.Duration   // and this is how long that took
	takeBack  func() error    // what undoes it after a later failure, if it would stay
	notes     func() []string // what else narration says of it, line by line; nil for nothing
	because   string          // what about this machine put the line here
	caller    uintptr         // where the line was recorded; the comment above it says why

	found   *int64 // what the call wrote, if some of it is as bad as a failure
	refused int64  // that: the call then fails with EPERM
}

// A role is what sets a line apart for the child.
type role int

const (
	plain  role = iota
	tells       // the call is a message to the parent
	parts       // the call is the last message to the parent
	leaves      // the call closes the socket to the parent
	mutes       // the call is the last that can be told of: what follows is told before it
	inits       // the call clones the process that goes on, and this one is its init
	again       // the call clones the child once more, and the first one ends
)

// New returns an empty recipe whose lines are told under the name of a tool.
func New(tool string) *Recipe { return &Recipe{name: tool, tool: tool, clone: -1, init: -1} }

// As makes the lines that follow be told under the name of another tool.
func (r *Recipe) As(tool string) { r.tool = tool }

// Clones reports whether the recipe has a line that clones a child.
func (r *Recipe) Clones() bool { return r.clone >= 0 }

// Len is the number of lines.
func (r *Recipe) Len() int { return len(r.lines) }

// call records one system call under the kernel's name for it.
func (r *Recipe) call(name string, nr uintptr, object string, args ...arg) *Line {
	for _, a := range args {
		if a.err != nil && r.err == nil {
			r.err = &Failure{Tool: r.tool, Step: r.tool, Call: name, Object: object, Line: len(r.lines), Err: a.err}
		}
	}
	return r.add(&Line{name: name, nr: nr, object: object, args: args})
}

func (r *Recipe) add(l *Line) *Line {
	l.tool = r.tool
	if r.Narrator != nil || r.pause != nil {
		l.caller = caller()
	}
	r.lines = append(r.lines, l)
	return l
}

// Tolerate names results of the call that are as good as success, such as
// EEXIST where a directory is made that may be there already.
func (l *Line) Tolerate(errnos ...unix.Errno) *Line {
	l.tolerate = errnos
	return l
}

// TakenBack says how a call is undone after a later failure, where what it made would
// stay when this process ends. What a child makes goes with the child.
func (l *Line) TakenBack(undo func() error) *Line {
	l.takeBack = undo
	return l
}

// Because says what was found on this machine that put the line here. A dry
// run marks such lines: on another machine they may differ.
func (l *Line) Because(found string) *Line {
	l.because = found
	return l
}

// Noting adds lines to what narration says of the call: the state that it leads to, say.
func (l *Line) Noting(notes func() []string) *Line {
	if before := l.notes; before != nil {
		l.notes = func() []string { return append(before(), notes()...) }
		return l
	}
	l.notes = notes
	return l
}

// From names the place whose comment says why the line is there, if that is not
// where it is recorded.
func (l *Line) From(place Place) *Line {
	l.caller = uintptr(place)
	return l
}

// A Place is a line of source.
type Place uintptr

// Here is the line of source that calls it.
func Here() Place {
	var pc [1]uintptr
	runtime.Callers(2, pc[:])
	return Place(pc[0])
}

// result makes the line's result available to later lines under a name.
func (r *Recipe) result(l *Line, name string) Slot {
	r.slots++
	l.into = Slot{number: r.slots, name: name}
	return l.into
}
