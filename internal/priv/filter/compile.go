package filter

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// Offsets in struct seccomp_data, which is all that the program sees of a call. Both our
// architectures put the lower half of a word first.
const (
	offsetNumber = 0
	offsetArch   = 4
	offsetArgs   = 16
)

// longest is how many instructions the kernel takes (BPF_MAXINSNS).
const longest = 4096

// Compile makes the program. The kernel runs it at every system call, so it halves the
// numbers that are left at each step: about nine comparisons, where a list would take
// hundreds.
func (p *Policy) Compile() ([]unix.SockFilter, error) {
	program := code{load(offsetArch)}
	var blocks []code
	for _, a := range p.arches {
		blocks = append(blocks, p.block(a))
	}
	// Which architecture the number belongs to is asked first: without that, a number means
	// nothing. Its block is entered by a long jump.
	for i, a := range p.arches {
		skip := len(p.arches) - i - 1
		distance := 2*skip + 1
		for _, b := range blocks[:i] {
			distance += len(b)
		}
		program = append(program, jump(unix.BPF_JEQ, a.audit, 0, 1), unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(distance)})
	}
	program = append(program, give(p.foreign))
	for _, b := range blocks {
		program = append(program, b...)
	}
	if len(program) > longest {
		return nil, fmt.Errorf("the filter is %d instructions long, and the kernel takes %d", len(program), longest)
	}
	return program, nil
}

// block judges the calls of one architecture.
func (p *Policy) block(a *arch) code {
	b := append(make(code, 0, 512), load(offsetNumber))
	if a.highest != 0 {
		b = append(b, jump(unix.BPF_JGE, a.highest, 0, 1), give(fail(unix.ENOSYS)))
	}
	return b.search(p.spans(a))
}

// search adds what finds the span of a number, by halves. It goes on behind the lower half
// if the number is in the upper one. That is as far as it turns out to be, and a conditional
// jump reaches over 255 instructions at most.
func (c code) search(spans []span) code {
	if len(spans) == 1 {
		return append(c, spans[0].code()...)
	}
	middle, at := len(spans)/2, len(c)
	first := spans[middle].first
	c = append(c, unix.SockFilter{}).search(spans[:middle])
	if over := len(c) - at - 1; over <= 255 {
		c[at] = jump(unix.BPF_JGE, first, uint8(over), 0)
	} else {
		c[at] = jump(unix.BPF_JGE, first, 0, 1)
		c = slices.Insert(c, at+1, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(over)})
	}
	return c.search(spans[middle:])
}

// code is the instructions for a span.
func (s *span) code() code {
	if s.verdict == nil {
		return code{give(s.action)}
	}
	var c code
	for _, r := range s.verdict.rules {
		c = append(c, r.code()...)
	}
	return append(c, give(s.verdict.otherwise))
}

// code ends with the action if the conditions hold, and goes on behind itself if not.
func (r *rule) code() code {
	after := code{give(r.action)}
	for i := len(r.conditions) - 1; i >= 0; i-- {
		after = concat(r.conditions[i].code(len(after)), after)
	}
	return after
}
