package filter

import (
	"fmt"
	"math/rand"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

var place = Place{
	Caps:   0x800405fb,
	Kernel: [2]int{5, 10},
	Number: func(name string) (int, bool) {
		n, ok := map[string]int{"CAP_SYS_ADMIN": 21, "CAP_CHOWN": 0, "CAP_SYS_TIME": 25}[name]
		return n, ok
	},
}

// compiled is the program of a profile, for amd64 and 386.
func compiled(t *testing.T, text string) []unix.SockFilter {
	t.Helper()
	p, err := Parse([]byte(text), place)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.arches) > 1 {
		p.arches = []*arch{archOf("amd64"), archOf("386")}
	} else {
		p.arches = []*arch{archOf("amd64")}
	}
	program, err := p.Compile()
	if err == nil {
		err = valid(program)
	}
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// Every operator holds for the arguments for which it holds in Go, upper halves and all.
func TestOperators(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	holds := map[string]func(x, v, two uint64) bool{
		"SCMP_CMP_EQ":        func(x, v, _ uint64) bool { return x == v },
		"SCMP_CMP_NE":        func(x, v, _ uint64) bool { return x != v },
		"SCMP_CMP_LT":        func(x, v, _ uint64) bool { return x < v },
		"SCMP_CMP_LE":        func(x, v, _ uint64) bool { return x <= v },
		"SCMP_CMP_GT":        func(x, v, _ uint64) bool { return x > v },
		"SCMP_CMP_GE":        func(x, v, _ uint64) bool { return x >= v },
		"SCMP_CMP_MASKED_EQ": func(x, v, two uint64) bool { return x&v == two },
	}
	for op, holds := range holds {
		for range 300 {
			index, v, two := random.Intn(6), argument(random), argument(random)
			if random.Intn(2) == 0 {
				two &= v
			}
			program := compiled(t, fmt.Sprintf(`{"defaultAction": "SCMP_ACT_KILL_PROCESS", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW",
				"args": [{"index": %d, "value": %d, "valueTwo": %d, "op": %q}]}]}`, index, v, two, op))
			for range 30 {
				d := data{arch: unix.AUDIT_ARCH_X86_64}
				for i := range d.args {
					d.args[i] = argument(random)
				}
				x := []uint64{v, v + 1, v - 1, v ^ 1<<32, v ^ 1<<63, two, two | v&^two, argument(random)}[random.Intn(8)]
				d.args[index] = x
				got, err := interpret(program, d)
				want := death
				if holds(x, v, two) {
					want = pass
				}
				if err != nil || got != want {
					t.Fatalf("%#x %s %#x (%#x): got %#x, want %#x (%v)", x, op, v, two, got, want, err)
				}
			}
		}
	}
}

// What a profile says, entry by entry.
func TestProfile(t *testing.T) {
	program := compiled(t, `{
		"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 7,
		"archMap": [
			{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
			{"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}
		],
		"syscalls": [
			{"names": ["open", "read", "riscv_flush_icache"], "action": "SCMP_ACT_ALLOW"},
			{"name": "write", "action": "SCMP_ACT_ERRNO", "errnoRet": 5, "comment": "why not"},
			{"names": ["close"], "action": "SCMP_ACT_ERRNO", "errno": "ENOSPC"},
			{"names": ["fork"], "action": "SCMP_ACT_KILL"},
			{"names": ["vfork"], "action": "SCMP_ACT_TRAP"},
			{"names": ["exit"], "action": "SCMP_ACT_LOG"},
			{"names": ["pause"], "action": "SCMP_ACT_TRACE", "errnoRet": 3},
			{"names": ["getpid"], "action": "SCMP_ACT_ALLOW", "args": [
				{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]},
			{"names": ["getppid"], "action": "SCMP_ACT_ALLOW", "args": [
				{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]},
			{"names": ["gettid"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
			{"names": ["gettid"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_LE"}]},
			{"names": ["gettid"], "action": "SCMP_ACT_TRAP", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
			{"names": ["brk"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
			{"names": ["brk"], "action": "SCMP_ACT_ALLOW"},
			{"names": ["brk"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]},
			{"names": ["brk"], "action": "SCMP_ACT_KILL"},
			{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
			{"names": ["chown"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_CHOWN"]}},
			{"names": ["chmod"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_CHOWN", "CAP_SYS_ADMIN"]}},
			{"names": ["mkdir"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_SYS_ADMIN", "CAP_SYS_TIME"]}},
			{"names": ["rmdir"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_CHOWN", "CAP_SYS_TIME"]}},
			{"names": ["link"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["s390x"]}},
			{"names": ["unlink"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["s390x"]}},
			{"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
			{"names": ["sync"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "5.11"}},
			{"names": ["time"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "5.10"}}
		]}`)
	errno := func(n uint32) uint32 { return 0x50000 | n }
	for _, row := range []struct {
		name string
		args [6]uint64
		want uint32
	}{
		{"open", [6]uint64{}, pass},
		{"read", [6]uint64{9}, pass},
		{"write", [6]uint64{}, errno(5)},
		{"close", [6]uint64{}, errno(28)},
		{"fork", [6]uint64{}, 0},
		{"vfork", [6]uint64{}, 0x30000},
		{"exit", [6]uint64{}, 0x7ffc0000},
		{"pause", [6]uint64{}, 0x7ff00003},
		{"getpid", [6]uint64{1, 2}, pass},
		{"getpid", [6]uint64{1, 3}, errno(7)},
		{"getpid", [6]uint64{3, 2}, errno(7)},
		{"getppid", [6]uint64{1}, pass},
		{"getppid", [6]uint64{2}, pass},
		{"getppid", [6]uint64{3}, errno(7)},
		{"gettid", [6]uint64{1}, pass},
		{"gettid", [6]uint64{2}, 0},
		{"gettid", [6]uint64{3}, errno(7)},
		{"brk", [6]uint64{1}, pass},
		{"brk", [6]uint64{2}, pass},
		{"mount", [6]uint64{}, errno(7)},
		{"chown", [6]uint64{}, pass},
		{"chmod", [6]uint64{}, errno(7)},
		{"mkdir", [6]uint64{}, pass},
		{"rmdir", [6]uint64{}, errno(7)},
		{"link", [6]uint64{}, errno(7)},
		{"unlink", [6]uint64{}, pass},
		{"ptrace", [6]uint64{}, pass},
		{"sync", [6]uint64{}, errno(7)},
		{"time", [6]uint64{}, errno(7)},
		{"execve", [6]uint64{}, errno(7)},
	} {
		for _, a := range []string{"amd64", "386"} {
			nr := number(archOf(a), row.name)
			if got, err := interpret(program, data{nr, archOf(a).audit, row.args}); err != nil || got != row.want {
				t.Errorf("%s, %s%v: got %#x, want %#x (%v)", a, row.name, row.args, got, row.want, err)
			}
		}
	}
	for _, d := range []data{{nr: 1 << 20, arch: unix.AUDIT_ARCH_X86_64}, {nr: 0x40000000, arch: unix.AUDIT_ARCH_X86_64}, {nr: 600, arch: unix.AUDIT_ARCH_I386}} {
		if got, _ := interpret(program, d); got != nosys {
			t.Errorf("%+v: got %#x, want ENOSYS", d, got)
		}
	}
}

func number(a *arch, name string) uint32 {
	for _, c := range a.calls {
		if c.name == name {
			return c.nr
		}
	}
	return 1 << 30
}

// What cannot be meant is refused, with its place.
func TestBadProfiles(t *testing.T) {
	entry := func(text string) string {
		return `{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}, ` + text + `]}`
	}
	for text, want := range map[string]string{
		``:                                   "line 1, column 1: the profile ends too early",
		"{\n\"defaultAction\": x}":           "line 2, column 18: invalid character 'x' looking for beginning of value",
		"{\n \"syscalls\": {}}":              "line 2, column 14: syscalls cannot be object",
		"{\n \"defaultActoin\": 1}":          `line 2, column 2: unknown field "defaultActoin"`,
		`{} {}`:                              "line 1, column 4: something follows the profile",
		`{"defaultAction": "SCMP_ACT_ERRNO"`: "line 1, column 34: the profile ends too early",
		`{}`:                                 "defaultAction: it is missing",
		`{"defaultAction": "ALLOW"}`:         `defaultAction: "ALLOW" is no action`,
		`{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096}`:                             "defaultAction: errno 4096: the kernel has none above 4095",
		`{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 5, "defaultErrno": "EPERM"}`:       "defaultAction: errno 5 is not EPERM",
		`{"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 5}`:                                "defaultAction: SCMP_ACT_ALLOW does not take an errno",
		`{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/x"}`:                                "listenerPath: nobody listens here",
		`{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]}`: `flags[0]: "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" has no meaning here`,
		`{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "amd64"]}`:      `architectures[1]: "amd64" is no architecture`,
		`{"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "x"}]}`:                  `archMap[0]: "x" is no architecture`,
		entry(`null`): "syscalls[1]: it is null",
		entry(`{}`):   "syscalls[1]: it names no call",
		entry(`{"names": ["write", "reed"], "action": "SCMP_ACT_ALLOW"}`):                                                   `syscalls[1].names[1]: no architecture has a call "reed"`,
		entry(`{"names": ["write"], "action": "SCMP_ACT_NOTIFY"}`):                                                          `syscalls[1].action: "SCMP_ACT_NOTIFY" needs somebody who is asked`,
		entry(`{"names": ["write"], "action": "SCMP_ACT_ERRNO", "errno": "EWHAT"}`):                                         `syscalls[1].action: no errno is called "EWHAT"`,
		entry(`{"names": ["write"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]}`):  "syscalls[1].args[0].index: arguments are counted from 0 to 5",
		entry(`{"names": ["write"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_XX"}]}`):  `syscalls[1].args[0].op: "SCMP_CMP_XX" is no operator`,
		entry(`{"names": ["write"], "action": "SCMP_ACT_ALLOW", "args": [{"value": 0, "op": "SCMP_CMP_EQ"}]}`):              "syscalls[1].args[0]: index and value are needed",
		entry(`{"names": ["write"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": -1, "op": "SCMP_CMP_EQ"}]}`): "syscalls.args.value cannot be number -1",
		entry(`{"names": ["write"], "action": "SCMP_ACT_ALLOW", "arg": []}`):                                                `unknown field "arg"`,
		entry(`{"names": ["write"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_WHAT"]}}`):                       `syscalls[1]: no capability is called "CAP_WHAT"`,
		entry(`{"names": ["write"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "new"}}`):                         `syscalls[1].includes.minKernel: "new" is no version`,
	} {
		_, err := Parse([]byte(text), place)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

// Over more instructions than a conditional jump reaches, another one leads.
func TestFarJumps(t *testing.T) {
	var entries []string
	for i := range 700 {
		name := []string{"read", "poll", "brk", "mount", "openat"}[i%5]
		entries = append(entries, fmt.Sprintf(`{"names": [%q], "action": "SCMP_ACT_ALLOW", "args": [{"index": 2, "value": %d, "op": "SCMP_CMP_EQ"}]}`, name, i))
	}
	program := compiled(t, `{"defaultAction": "SCMP_ACT_TRAP", "syscalls": [`+strings.Join(entries, ",")+`]}`)
	for i := range 1000 {
		for j, name := range []string{"read", "poll", "brk", "mount", "openat", "write", "kcmp"} {
			want := uint32(unix.SECCOMP_RET_TRAP)
			if i < 700 && i%5 == j {
				want = pass
			}
			d := data{number(archOf("amd64"), name), unix.AUDIT_ARCH_X86_64, [6]uint64{0, 0, uint64(i)}}
			if got, err := interpret(program, d); err != nil || got != want {
				t.Fatalf("%s with %d: got %#x, want %#x (%v)", name, i, got, want, err)
			}
		}
	}
}

// A filter that is longer than the kernel takes is refused before the kernel sees it.
func TestTooLong(t *testing.T) {
	var entries []string
	for i := range 2000 {
		entries = append(entries, fmt.Sprintf(`{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": %d, "op": "SCMP_CMP_EQ"}]}`, i))
	}
	p, err := Parse([]byte(`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [`+strings.Join(entries, ",")+`]}`), place)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Compile(); err == nil || !strings.Contains(err.Error(), "the kernel takes 4096") {
		t.Errorf("got %v", err)
	}
}

// Whatever a profile is, it is refused or becomes a program that the kernel takes.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 2, "op": "SCMP_CMP_GE"}]}]}`))
	f.Add([]byte(`{"defaultAction": "SCMP_ACT_KILL", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}], "syscalls": [null]}`))
	if text, err := os.ReadFile("/usr/share/containers/seccomp.json"); err == nil {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse(text, place)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		program, err := p.Compile()
		if err != nil {
			return
		}
		if err := valid(program); err != nil {
			t.Fatal(err)
		}
		for nr := range uint32(500) {
			if _, err := interpret(program, data{nr: nr, arch: unix.AUDIT_ARCH_X86_64}); err != nil {
				t.Fatal(err)
			}
		}
		p.Listing()
	})
}
