package filter

import (
	"slices"

	"golang.org/x/sys/unix"
)

// A code is a piece of a program: classic BPF, of which jumps lead forward only, so that
// every program ends.
type code []unix.SockFilter

func concat(pieces ...code) code { return slices.Concat(pieces...) }

// load puts a word of what the kernel says about the call into the one register.
func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

// jump compares the register with a value.
func jump(comparison uint16, value uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | comparison | unix.BPF_K, Jt: yes, Jf: no, K: value}
}

// give ends the program.
func give(a Action) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: uint32(a)}
}

// code goes on behind itself if the condition holds, and over so many instructions more if
// not. The register is 32 bits wide and an argument 64, so halves are compared, the upper
// one first.
func (c *condition) code(over int) code {
	high := half{offsetArgs + 8*uint32(c.arg) + 4, uint32(c.mask >> 32), uint32(c.value >> 32)}
	low := half{offsetArgs + 8*uint32(c.arg), uint32(c.mask), uint32(c.value)}
	switch c.op {
	case equal:
		return equalHalves(high, low, 0, over)
	case notEqual:
		return equalHalves(high, low, over, 0)
	case greater:
		return orderedHalves(high, low, unix.BPF_JGT, 0, over)
	case greaterOrEqual:
		return orderedHalves(high, low, unix.BPF_JGE, 0, over)
	case less:
		return orderedHalves(high, low, unix.BPF_JGE, over, 0)
	default: // lessOrEqual
		return orderedHalves(high, low, unix.BPF_JGT, over, 0)
	}
}

// A half of an argument, and what it is compared with.
type half struct{ offset, mask, value uint32 }

// known reports whether a half is the same for every argument: no bit of it counts.
func (h half) known() bool { return h.mask == 0 && h.value == 0 }

// load loads what counts.
func (h half) load() code {
	if h.mask == 1<<32-1 {
		return code{load(h.offset)}
	}
	return code{load(h.offset), {Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: h.mask}}
}

// equalHalves leads over yes instructions if both are equal, and over no if not.
func equalHalves(high, low half, yes, no int) code {
	last := concat(low.load(), code{jump(unix.BPF_JEQ, low.value, uint8(yes), uint8(no))})
	if high.known() {
		return last
	}
	return concat(high.load(), code{jump(unix.BPF_JEQ, high.value, 0, uint8(len(last)+no))}, last)
}

// orderedHalves is the same for the order. It is the lower half that decides if the upper
// ones are equal.
func orderedHalves(high, low half, comparison uint16, yes, no int) code {
	last := concat(low.load(), code{jump(comparison, low.value, uint8(yes), uint8(no))})
	if high.known() {
		return last
	}
	return concat(high.load(), code{
		jump(unix.BPF_JGT, high.value, uint8(1+len(last)+yes), 0),
		jump(unix.BPF_JEQ, high.value, 0, uint8(len(last)+no)),
	}, last)
}
