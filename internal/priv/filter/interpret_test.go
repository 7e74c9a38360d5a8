package filter

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// data is what a program is told about a call: struct seccomp_data.
type data struct {
	nr, arch uint32
	args     [6]uint64
}

func (d data) bytes() []byte {
	b := binary.LittleEndian.AppendUint32(nil, d.nr)
	b = binary.LittleEndian.AppendUint32(b, d.arch)
	b = binary.LittleEndian.AppendUint64(b, 0x7f0000001000) // the instruction
	for _, a := range d.args {
		b = binary.LittleEndian.AppendUint64(b, a)
	}
	return b
}

// interpret runs a program the way the manual says, knowing nothing of how it was made: one register, loads of aligned
// words, and jumps that lead forward.
func interpret(program []unix.SockFilter, d data) (uint32, error) {
	memory, a := d.bytes(), uint32(0)
	for pc := 0; pc < len(program); pc++ {
		i := program[pc]
		jump := func(yes bool) {
			if yes {
				pc += int(i.Jt)
			} else {
				pc += int(i.Jf)
			}
		}
		switch i.Code {
		case 0x20: // ld [k]
			if i.K%4 != 0 || int(i.K)+4 > len(memory) {
				return 0, fmt.Errorf("%d: a load from %d", pc, i.K)
			}
			a = binary.LittleEndian.Uint32(memory[i.K:])
		case 0x54: // and k
			a &= i.K
		case 0x05: // ja k
			pc += int(i.K)
		case 0x15:
			jump(a == i.K)
		case 0x25:
			jump(a > i.K)
		case 0x35:
			jump(a >= i.K)
		case 0x45:
			jump(a&i.K != 0)
		case 0x06: // ret k
			return i.K, nil
		default:
			return 0, fmt.Errorf("%d: an instruction %#x", pc, i.Code)
		}
	}
	return 0, fmt.Errorf("the program has no end")
}

// valid is what the kernel wants of a program before it takes it: every jump lands in it, and it ends.
func valid(program []unix.SockFilter) error {
	for pc, i := range program {
		furthest := max(int(i.Jt), int(i.Jf))
		if i.Code == 0x05 {
			furthest = int(i.K)
		}
		if i.Code&7 == 5 && pc+1+furthest >= len(program) {
			return fmt.Errorf("%d: a jump out of the program", pc)
		}
	}
	if len(program) == 0 || len(program) > 4096 || program[len(program)-1].Code != 0x06 {
		return fmt.Errorf("a program of %d instructions without an end", len(program))
	}
	return nil
}
