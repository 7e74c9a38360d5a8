package filter

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Profiles made up at random do what their text says.
func TestRandomProfiles(t *testing.T) {
	for seed := range int64(60) {
		random := rand.New(rand.NewSource(seed))
		text, values := randomProfile(random, false)
		program := compiled(t, text)
		p, err := decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		some := func() uint64 { return values[random.Intn(len(values))] + uint64(random.Intn(3)) - 1 }
		for _, c := range callsAMD64 {
			for range 8 {
				d := data{c.nr, unix.AUDIT_ARCH_X86_64, [6]uint64{some(), some(), some(), some(), some(), some()}}
				got, err := interpret(program, d)
				if want := p.says(c.name, d.args); err != nil || got != want {
					t.Fatalf("seed %d, %s(%#x): got %#x, want %#x (%v)\n%s", seed, c.name, d.args, got, want, err, text)
				}
			}
		}
	}
}

// says reads a profile the way a person does: the entries in their order, but first those without conditions.
func (p *profile) says(name string, args [6]uint64) uint32 {
	number := map[string]uint32{"SCMP_ACT_ALLOW": pass, "SCMP_ACT_ERRNO": unix.SECCOMP_RET_ERRNO, "SCMP_ACT_TRAP": unix.SECCOMP_RET_TRAP}
	for _, conditions := range []bool{false, true} {
		for _, s := range p.Syscalls {
			if len(s.Args) > 0 != conditions || !slices.Contains(s.Names, name) || slices.ContainsFunc(s.Args, func(c *compare) bool { return !c.holds(args[*c.Index]) }) {
				continue
			}
			if s.ErrnoRet != nil {
				return number[s.Action] | uint32(*s.ErrnoRet)
			}
			return number[s.Action]
		}
	}
	return number[*p.DefaultAction]
}

func (c *compare) holds(x uint64) bool {
	switch v := *c.Value; c.Op {
	case "SCMP_CMP_EQ":
		return x == v
	case "SCMP_CMP_NE":
		return x != v
	case "SCMP_CMP_LT":
		return x < v
	case "SCMP_CMP_LE":
		return x <= v
	case "SCMP_CMP_GT":
		return x > v
	case "SCMP_CMP_GE":
		return x >= v
	case "SCMP_CMP_MASKED_EQ":
		return x&v == c.ValueTwo
	}
	panic(c.Op)
}

// randomProfile has conditions of every kind, and the values that they are about. Once, a call has one entry and all have
// one action; else there may be many for one call, which contradict one another.
func randomProfile(random *rand.Rand, once bool) (text string, values []uint64) {
	var entries []string
	order := random.Perm(len(callsAMD64))
	for i := range 1 + random.Intn(60) {
		var args []string
		for _, index := range random.Perm(6)[:random.Intn(4)] {
			op := []string{"NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"}[random.Intn(7)]
			value, two := argument(random), argument(random)
			values = append(values, value, two)
			if op == "MASKED_EQ" {
				two &= value
			}
			args = append(args, fmt.Sprintf(`{"index": %d, "value": %d, "valueTwo": %d, "op": "SCMP_CMP_%s"}`, index, value, two, op))
		}
		action, call := `"SCMP_ACT_ERRNO", "errnoRet": 9`, callsAMD64[order[i]].name
		if !once {
			action = []string{action, `"SCMP_ACT_ALLOW"`, `"SCMP_ACT_TRAP"`}[random.Intn(3)]
			call = callsAMD64[random.Intn(20)].name
		}
		entries = append(entries, fmt.Sprintf(`{"names": [%q], "action": %s, "args": [%s]}`, call, action, strings.Join(args, ", ")))
	}
	return `{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [` + strings.Join(entries, ", ") + `]}`, append(values, 1)
}
