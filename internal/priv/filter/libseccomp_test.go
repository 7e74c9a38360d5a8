package filter

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

func TestMain(m *testing.M) { sandbox.Main(m) }

// libseccomp is a program that compiles rules as somebody else does.
type libseccomp string

func newLibseccomp(t testing.TB) libseccomp {
	t.Helper()
	if _, err := os.Stat("/usr/include/seccomp.h"); err != nil {
		sandbox.Skip(t, "needs libseccomp-dev")
	}
	program := filepath.Join(t.TempDir(), "libseccomp")
	if out, err := exec.Command("gcc", "-O2", "-o", program, "testdata/libseccomp.c", "-lseccomp").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return libseccomp(program)
}

// compile makes its program of a policy. What a policy says of a call beside its rules must be the same for all calls
// that have some.
func (l libseccomp) compile(t testing.TB, p *Policy) []unix.SockFilter {
	t.Helper()
	var in bytes.Buffer
	fmt.Fprintln(&in, uint32(p.otherwise))
	for _, c := range p.arches[0].calls {
		v := p.calls[c.name]
		switch {
		case v == nil:
		case len(v.rules) == 0 && v.otherwise != p.otherwise:
			fmt.Fprintln(&in, uint32(v.otherwise), c.nr, 0)
		}
		for i := 0; v != nil && i < len(v.rules); i++ {
			fmt.Fprint(&in, uint32(v.rules[i].action), c.nr, " ", len(v.rules[i].conditions))
			for _, c := range v.rules[i].conditions {
				fmt.Fprint(&in, " ", c.theirs())
			}
			fmt.Fprintln(&in)
		}
	}
	cmd := exec.Command(string(l))
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	program := make([]unix.SockFilter, len(out)/8)
	if err := binary.Read(bytes.NewReader(out), binary.LittleEndian, program); err != nil || len(program) == 0 {
		t.Fatal(len(program), err)
	}
	return program
}

// theirs is a condition as libseccomp has it: its operators are NE, LT, LE, EQ, GE, GT, MASKED_EQ, from 1 on.
func (c condition) theirs() string {
	if c.mask != ^uint64(0) {
		return fmt.Sprint(c.arg, " 7 ", c.mask, " ", c.value)
	}
	op := map[operator]int{notEqual: 1, less: 2, lessOrEqual: 3, equal: 4, greaterOrEqual: 5, greater: 6}[c.op]
	return fmt.Sprint(c.arg, " ", op, " ", c.value, " 0")
}

// agree compares two programs for every number and many arguments.
func agree(t *testing.T, random *rand.Rand, ours, theirs []unix.SockFilter, a *arch, except map[string]bool, values []uint64) {
	t.Helper()
	some := func() uint64 {
		if len(values) > 0 && random.Intn(2) == 0 {
			return values[random.Intn(len(values))] + uint64(random.Intn(3)) - 1
		}
		return argument(random)
	}
	for _, c := range a.calls {
		for range 20 {
			d := data{c.nr, a.audit, [6]uint64{some(), some(), some(), some(), some(), some()}}
			x, err1 := interpret(ours, d)
			y, err2 := interpret(theirs, d)
			if err1 != nil || err2 != nil || x != y && !except[c.name] {
				t.Fatalf("%s(%#x): ours %#x, theirs %#x (%v, %v)", c.name, d.args, x, y, err1, err2)
			}
		}
	}
}

// The default list is the same program to libseccomp, but for what it cannot say: a call that is allowed except for some
// arguments.
func TestDefaultIsWhatLibseccompMakesOfIt(t *testing.T) {
	lib := newLibseccomp(t)
	for _, caps := range []uint64{0, 0x800405fb, ^uint64(0)} {
		p := Default(caps)
		ours, err := p.Compile()
		if err != nil {
			t.Fatal(err)
		}
		except := map[string]bool{"socket": true, "ioctl": true}
		for name := range except {
			delete(p.calls, name)
		}
		agree(t, rand.New(rand.NewSource(3)), ours, lib.compile(t, p), p.arches[0], except, nil)
	}
}

// Profiles made up at random are the same program to libseccomp. A call has one entry in them: of several with several
// conditions each, libseccomp 2.5 makes a program that lets through what none of them does.
func TestProfilesAreWhatLibseccompMakesOfThem(t *testing.T) {
	lib := newLibseccomp(t)
	for seed := range int64(30) {
		random := rand.New(rand.NewSource(seed))
		text, values := randomProfile(random, true)
		p, err := Parse([]byte(text), place)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := p.Compile()
		if err != nil {
			t.Fatal(err)
		}
		agree(t, random, ours, lib.compile(t, p), native(), nil, values)
	}
}
