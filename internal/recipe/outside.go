package recipe

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Outside is work that the process cannot do to itself: somebody outside its
// namespaces must. It stands in the recipe at the place where it happens, and
// the child waits there until it is done.
type Outside struct {
	Name   string              // what happens, as narration and errors call it
	Object string              // what it is done to
	Same   string              // the shell command that does the same, if there is one
	Do     func(pid int) error // pid is the child's
	Undo   func() error        // after a later failure, or when the program has ended; nil if nothing stays
	Stays  bool                // it is meant to outlive the program: undone after a failure only
}

// Outside records work to be done by the parent before the child goes on. Do
// either does all of it or leaves nothing behind.
func (r *Recipe) Outside(o Outside) *Line {
	return r.add(&Line{name: o.Name, object: o.Object, nr: unix.SYS_GETPID, ask: true, outside: &o})
}

// TellParent makes the child write to its parent. If the parent is gone, nobody
// can read it, and the child ends.
func (r *Recipe) TellParent() *Line {
	return r.add(&Line{
		name: "write", object: "parent", role: tells,
		args: []arg{name(0, "parent"), name(0, "&alive"), number(int(unsafe.Sizeof(alive)))},
	})
}

// undo takes back what was made outside, and by our own lines, before done, the last
// first. If all went well and the program has ended, what is meant to stay stays.
func (r *Recipe) undo(done int, well bool) (err error) {
	for i := done - 1; i >= 0; i-- {
		l := r.lines[i]
		undo := r.undoOf(i, well)
		if undo == nil {
			continue
		}
		if e := undo(); e != nil && err == nil {
			err = &Failure{Tool: l.tool, Step: l.tool, Call: "undo " + l.name, Object: l.object, Line: i, Err: e}
		}
	}
	return err
}

// undoOf is what takes a line back, or nil. A call after the clone was the child's: here,
// its paths mean something else.
func (r *Recipe) undoOf(i int, well bool) func() error {
	l := r.lines[i]
	switch o := l.outside; {
	case o != nil && o.Stays && well:
		return nil
	case o != nil:
		return o.Undo
	case well || r.clone >= 0 && i > r.clone:
		return nil
	}
	return l.takeBack
}

// Retell replaces what a line of outside work says, where an earlier line has found
// out better. It is told when its turn comes.
func (l *Line) Retell(object, same string) {
	l.object, l.outside.Object, l.outside.Same = object, object, same
}
