// Package filter decides what becomes of a system call, by its number and arguments, and
// puts that into a program that the kernel runs at every call. See seccomp(2).
package filter

import (
	"golang.org/x/sys/unix"
)

//go:generate go run generate.go

// An Action is what becomes of a call: a SECCOMP_RET_* value, with its data.
type Action uint32

const (
	allow Action = unix.SECCOMP_RET_ALLOW
	kill  Action = unix.SECCOMP_RET_KILL_PROCESS
)

// fail is the call's failure with an error, without the kernel having done anything.
func fail(errno unix.Errno) Action { return Action(unix.SECCOMP_RET_ERRNO | uint32(errno)) }

// A Policy says what becomes of each call. It knows calls by name, for their numbers are
// others on every architecture.
type Policy struct {
	Flags uint64 // of seccomp(2)

	arches    []*arch // that may make calls, our own first
	calls     map[string]*verdict
	otherwise Action // for a call that has a name, but no verdict
	unknown   Action // for a number that has no name yet
	foreign   Action // for the calls of another architecture
}

// A verdict on a call is the action of the first rule that fits, or else the last.
type verdict struct {
	rules     []rule
	otherwise Action
	settled   bool // otherwise was asked for, and is not just what is left
}

// A rule fits if all of its conditions hold.
type rule struct {
	conditions []condition
	action     Action
}

// A condition compares some bits of an argument with a value, as numbers without a sign.
type condition struct {
	arg   int
	mask  uint64
	op    operator
	value uint64
	name  string // of the value, if the listing is to have it
}

type operator int

const (
	equal operator = iota
	notEqual
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// word is the mask for an argument that the kernel takes as 32 bits. It throws the upper
// half away, so a filter that compares all 64 bits can be told a different number than the
// kernel will see.
const word = 1<<32 - 1

// A span is a run of call numbers with one outcome, up to the next span.
type span struct {
	first   uint32
	verdict *verdict // nil: the action alone
	action  Action
	from    int // the first call in it, as an index of the architecture's
	to      int // the call behind its last
}

func (s *span) same(other *span) bool { return s.verdict == other.verdict && s.action == other.action }

// spans are the outcomes of all numbers of an architecture, in order and without gaps.
func (p *Policy) spans(a *arch) (spans []span) {
	spans = make([]span, 0, len(a.calls))
	add := func(s span) {
		if n := len(spans); n > 0 && spans[n-1].same(&s) {
			spans[n-1].to = s.to
			return
		}
		spans = append(spans, s)
	}
	next := uint32(0)
	for i, c := range a.calls {
		if c.nr > next {
			add(span{first: next, from: i, to: i, action: p.unknown})
		}
		s := p.outcome(c.name)
		s.first, s.from, s.to = c.nr, i, i+1
		add(s)
		next = c.nr + 1
	}
	add(span{first: next, from: len(a.calls), to: len(a.calls), action: p.unknown})
	return spans
}

// Allows reports whether all of these calls are allowed, whatever their arguments.
func (p *Policy) Allows(names []string) bool {
	for _, name := range names {
		s := p.outcome(name)
		if s.verdict != nil || s.action != allow {
			return false
		}
	}
	return true
}

// Refuses reports whether a call fails or kills, whatever its arguments.
func (p *Policy) Refuses(name string) bool {
	s := p.outcome(name)
	switch s.action & unix.SECCOMP_RET_ACTION_FULL {
	case unix.SECCOMP_RET_ERRNO, unix.SECCOMP_RET_TRAP, unix.SECCOMP_RET_KILL_THREAD, unix.SECCOMP_RET_KILL_PROCESS:
		return s.verdict == nil
	}
	return false
}

// outcome is what becomes of one call.
func (p *Policy) outcome(name string) span {
	v := p.calls[name]
	switch {
	case v == nil:
		return span{action: p.otherwise}
	case len(v.rules) > 0:
		return span{verdict: v}
	}
	return span{action: v.otherwise}
}
