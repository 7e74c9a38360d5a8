package filter

import (
	"math/rand"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	pass  = uint32(unix.SECCOMP_RET_ALLOW)
	eperm = uint32(unix.SECCOMP_RET_ERRNO | unix.EPERM)
	nosys = uint32(unix.SECCOMP_RET_ERRNO | unix.ENOSYS)
	nofam = uint32(unix.SECCOMP_RET_ERRNO | unix.EAFNOSUPPORT)
	death = uint32(unix.SECCOMP_RET_KILL_PROCESS)
)

// expected says in words of its own what the default does with a call.
func expected(name string, args [6]uint64, caps uint64) uint32 {
	admin := caps>>unix.CAP_SYS_ADMIN&1 == 1
	first, second := uint32(args[0]), uint32(args[1])
	switch name {
	case "":
		return nosys
	case "clone3":
		if admin {
			return pass
		}
		return nosys
	case "clone":
		if admin || args[0]&0x7e020000 == 0 {
			return pass
		}
		return eperm
	case "personality":
		if slices.Contains([]uint32{0, 8, 0x20000, 0x20008, 0xffffffff}, first) {
			return pass
		}
		return eperm
	case "socket":
		if slices.Contains([]uint32{3, 4, 5, 6, 11, 12, 19, 20, 23, 34, 37, 38, 40}, first) || first >= 46 {
			return nofam
		}
		return pass
	case "ioctl":
		if second == 0x5412 || second == 0x541c {
			return eperm
		}
		return pass
	}
	for _, p := range purposes {
		if slices.Contains(strings.Fields(p.able), name) && (len(p.caps) == 0 || slices.ContainsFunc(p.caps, func(c int) bool { return caps>>c&1 == 1 })) {
			return pass
		}
	}
	return eperm
}

// argument is a number that a condition may stumble over.
func argument(random *rand.Rand) uint64 {
	special := []uint64{0, 1, 8, 16, 38, 40, 46, 0x5412, 0x541c, 0x20000, 0x20008, 0x10000000, 0x7e020000, 0xffffffff}
	n := special[random.Intn(len(special))]
	switch random.Intn(4) {
	case 0:
		return n | 1<<(32+random.Intn(32))
	case 1:
		return n + uint64(random.Intn(3)) - 1
	case 2:
		return random.Uint64()
	}
	return n
}

// The program says of every call, with whatever arguments, what the lists say.
func TestDefault(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for _, a := range []string{"amd64", "arm64"} {
		for _, caps := range []uint64{0, 0x800405fb, 1 << unix.CAP_SYS_ADMIN, 1 << unix.CAP_BPF, 1 << unix.CAP_SYS_TIME, ^uint64(0)} {
			p := Default(caps)
			p.arches = []*arch{archOf(a)}
			program, err := p.Compile()
			if err == nil {
				err = valid(program)
			}
			if err != nil {
				t.Fatal(err)
			}
			names := map[uint32]string{}
			for _, c := range archOf(a).calls {
				names[c.nr] = c.name
			}
			for nr := range uint32(600) {
				for range 12 {
					d := data{nr: nr, arch: archOf(a).audit, args: [6]uint64{argument(random), argument(random), argument(random)}}
					got, err := interpret(program, d)
					if want := expected(names[nr], d.args, caps); err != nil || got != want {
						t.Fatalf("%s, caps %#x: %s (%d) with %#x: got %#x, want %#x (%v)", a, caps, names[nr], nr, d.args, got, want, err)
					}
				}
			}
			for _, nr := range []uint32{0xfffffffe, 0xffffffff, 0x40000000, 0x40000001, 0x3fffffff, 0x10000, 0xf0005} {
				if got, _ := interpret(program, data{nr: nr, arch: archOf(a).audit}); got != nosys {
					t.Errorf("%s: %#x: got %#x, want ENOSYS", a, nr, got)
				}
			}
			for _, other := range []uint32{unix.AUDIT_ARCH_I386, unix.AUDIT_ARCH_ARM, unix.AUDIT_ARCH_RISCV64, 0} {
				if got, _ := interpret(program, data{nr: 1, arch: other}); got != death {
					t.Errorf("%s: read of %#x: got %#x, want the end", a, other, got)
				}
			}
		}
	}
}

// No name of the list is misspelled, and none is there twice.
func TestPurposesAreCalls(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range purposes {
		if p.why == "" {
			t.Errorf("nobody says what %s is for", p.able)
		}
		for name := range strings.FieldsSeq(p.able) {
			if !known()[name] || seen[name] {
				t.Errorf("%s: known %v, seen before %v", name, known()[name], seen[name])
			}
			seen[name] = true
		}
	}
	if len(seen) < 300 {
		t.Errorf("only %d calls were found", len(seen))
	}
}

// The numbers are those of the kernel that we are built for.
func TestNumbers(t *testing.T) {
	want := map[string]uint32{
		"read": unix.SYS_READ, "seccomp": unix.SYS_SECCOMP, "clone3": unix.SYS_CLONE3, "execveat": unix.SYS_EXECVEAT,
		"landlock_restrict_self": unix.SYS_LANDLOCK_RESTRICT_SELF, "mseal": unix.SYS_MSEAL,
	}
	for _, c := range archOf(runtime.GOARCH).calls {
		if nr, ok := want[c.name]; ok && nr != c.nr {
			t.Errorf("%s is %d, want %d", c.name, c.nr, nr)
		}
		delete(want, c.name)
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
	for _, a := range arches {
		if !slices.IsSortedFunc(a.calls, func(x, y call) int { return int(x.nr) - int(y.nr) }) {
			t.Errorf("the calls of %s are not in order", a.name)
		}
		for i := range a.calls[1:] {
			if a.calls[i].nr == a.calls[i+1].nr {
				t.Errorf("%s: %d has two names", a.name, a.calls[i].nr)
			}
		}
	}
}

func BenchmarkDefault(b *testing.B) {
	for b.Loop() {
		if _, err := Default(0x800405fb).Compile(); err != nil {
			b.Fatal(err)
		}
	}
}
