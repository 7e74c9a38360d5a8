package recipe

import (
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// Run makes the calls on the calling thread, which the caller has locked:
// namespaces, working directory and capabilities belong to the thread, and
// execve makes the thread the process. If the last line is execve, Run returns
// only to report a failure; what was done outside is then undone.
func (r *Recipe) Run() error {
	err := r.runUntil(len(r.lines))
	if err == nil {
		return nil
	}
	if f, ok := err.(*Failure); ok {
		r.undo(f.Line, false)
	}
	return err
}

// runUntil makes the calls of the lines before end.
func (r *Recipe) runUntil(end int) error {
	if r.err != nil {
		return r.err
	}
	if err := r.startClock(); err != nil {
		return r.failure(0, err)
	}
	restoreFileLimit()
	r.results = make([]uintptr, r.slots+1)
	denied := false
	for i, l := range r.lines[:end] {
		if err := r.before(i, nil); err != nil {
			return err
		}
		result, errno := l.make(r.results)
		r.results[l.into.number] = result
		denied = denied || errno == unix.EACCES
		if i == len(r.lines)-1 && denied {
			errno = unix.EACCES // the search met a program that may not be run
		}
		if errno != 0 && !slices.Contains(l.tolerate, errno) {
			return r.failure(i, errno)
		}
	}
	return nil
}

// before tells of a line and does what is due outside before it. The child is
// nil where the calling thread is its own outside.
func (r *Recipe) before(i int, child *Child) error {
	if err := r.waitAt(i, child); err != nil {
		return &Failure{Tool: r.name, Step: r.lines[i].tool, Call: "go on with", Object: r.lines[i].tool, Line: i, Err: err}
	}
	r.tell(i)
	if child == nil {
		r.strike(i)
	}
	err := fault(r, i, child)
	if o := r.lines[i].outside; err == nil && o != nil {
		pid := unix.Getpid()
		if child != nil {
			pid = child.Pid
		}
		err = o.Do(pid)
	}
	if err != nil {
		return r.failure(i, err)
	}
	return nil
}

// tell tells of a line, and of all that follow if it is the last that can be told of.
func (r *Recipe) tell(i int) {
	if r.Narrator == nil || r.muted {
		return
	}
	r.Narrator.tell(r.lines[i])
	if r.muted = r.lines[i].role == mutes; r.muted {
		for _, l := range r.lines[i+1:] {
			r.Narrator.tell(l)
		}
		r.Narrator.Flush()
	}
}

// make makes the call of one line. RawSyscall6, because the Go scheduler need
// not hear of calls that do not block.
func (l *Line) make(results []uintptr) (uintptr, unix.Errno) {
	var words [6]uintptr
	for i, a := range l.args {
		words[i] = a.word
		if a.slot != 0 {
			words[i] = results[a.slot]
		}
	}
	if l.outside != nil {
		return 0, 0
	}
	result, _, errno := syscall.RawSyscall6(l.nr, words[0], words[1], words[2], words[3], words[4], words[5])
	if l.found != nil && errno == 0 && *l.found == l.refused {
		errno = unix.EPERM
	}
	return result, errno
}

// restoreFileLimit gives back the soft limit of open files that we were started
// with. Go's start-up raises it for Go programs, and other programs, which may
// still use select(2), must not inherit that. An Exec that fails is the only public way to
// the number that Go keeps to itself.
func restoreFileLimit() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil && limit.Cur == limit.Max-1 {
		syscall.Exec("", nil, nil)
	}
}
