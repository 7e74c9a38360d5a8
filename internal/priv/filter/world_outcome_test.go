//go:build world

package filter

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// A variant is a call with arguments.
type variant struct {
	text string
	args [6]uint64
}

// variants are those of the calls whose arguments are looked at.
var variants = map[string][]variant{
	"clone": {{"0", [6]uint64{}}, {"CLONE_NEWUSER", [6]uint64{unix.CLONE_NEWUSER}}, {"CLONE_NEWNET", [6]uint64{unix.CLONE_NEWNET}}},
	"ioctl": {{"TCGETS", [6]uint64{0, unix.TCGETS}}, {"TIOCSTI", [6]uint64{0, unix.TIOCSTI}}, {"TIOCLINUX", [6]uint64{0, tioclinux}}},
	"personality": {
		{"PER_LINUX", [6]uint64{}},
		{"PER_LINUX32", [6]uint64{perLinux32}},
		{"UNAME26", [6]uint64{uname26}},
		{"UNAME26|PER_LINUX32", [6]uint64{uname26 | perLinux32}},
		{"0xffffffff", [6]uint64{0xffffffff}},
		{"ADDR_NO_RANDOMIZE", [6]uint64{0x0040000}},
		{"1<<32", [6]uint64{1 << 32}},
	},
	"socket": {
		{"AF_UNIX", [6]uint64{unix.AF_UNIX}},
		{"AF_INET", [6]uint64{unix.AF_INET}},
		{"AF_PACKET", [6]uint64{unix.AF_PACKET}},
		{"AF_NETLINK", [6]uint64{unix.AF_NETLINK}},
		{"AF_NETLINK, SOCK_RAW, NETLINK_AUDIT", [6]uint64{unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_AUDIT}},
		{"AF_ALG", [6]uint64{unix.AF_ALG}},
		{"AF_VSOCK", [6]uint64{unix.AF_VSOCK}},
		{"AF_AX25", [6]uint64{unix.AF_AX25}},
		{"AF_BLUETOOTH", [6]uint64{unix.AF_BLUETOOTH}},
		{"AF_MAX", [6]uint64{unix.AF_MAX}},
	},
}

// variantsOf are the variants of a call, or the call with zeros.
func variantsOf(name string) (all []variant) {
	for _, v := range variants[name] {
		all = append(all, variant{name + "(" + v.text + ")", v.args})
	}
	if all == nil {
		all = []variant{{text: name}}
	}
	return all
}

// outcome is what becomes of the call, in words.
func (v variant) outcome(t *sandbox.T, nr int) func(*peer) string {
	return func(p *peer) string {
		ret, err := p.verdict(data{nr: uint32(nr), arch: unix.AUDIT_ARCH_X86_64, args: v.args})
		if err != nil {
			t.Fatal(err)
		}
		return Action(ret).String()
	}
}

// verdict is that of all filters of a program: the lowest, as a number with a sign, is the strictest, and holds.
func (p *peer) verdict(d data) (uint32, error) {
	strictest := uint32(pass)
	for _, program := range p.filters {
		ret, err := interpret(program, d)
		if err != nil {
			return 0, err
		}
		if int32(ret&^0xffff) < int32(strictest&^0xffff) {
			strictest = ret
		}
	}
	return strictest, nil
}

// constant sees that a call without variants needs none: whatever number a filter compares any argument with, the outcome is
// that of zeros.
func constant(t *sandbox.T, name string, nr int, all map[string]*peer) {
	if variants[name] != nil {
		return
	}
	for who, p := range all {
		want := variant{}.outcome(t, nr)(p)
		for _, k := range p.compared() {
			for i := range 6 {
				var v variant
				v.args[i] = k
				if got := v.outcome(t, nr)(p); got != want {
					t.Errorf("%s: %s with %#x as argument %d: %s, and with 0: %s", who, name, k, i, got, want)
				}
			}
		}
	}
}

// compared are the numbers that the filters compare arguments with.
func (p *peer) compared() (numbers []uint64) {
	for _, program := range p.filters {
		argument := false
		for _, i := range program {
			switch {
			case i.Code == 0x20: // a load
				argument = i.K >= 16
			case argument && strings.Contains("0x15 0x25 0x35 0x54", fmt.Sprintf("%#x", i.Code)):
				numbers = append(numbers, uint64(i.K), uint64(i.K)+1)
			}
		}
	}
	return numbers
}
