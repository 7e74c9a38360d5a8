package filter

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// entry takes one entry of a profile.
func (p *Policy) entry(at string, s *syscall, place Place) error {
	names := s.Names
	if s.Name != "" {
		names = append(slices.Clone(names), s.Name)
	}
	if len(names) == 0 {
		return fmt.Errorf("%s: it names no call", at)
	}
	for i, name := range names {
		if !known()[name] {
			return fmt.Errorf("%s.names[%d]: no architecture has a call %q", at, i, name)
		}
	}
	act, err := action(s.Action, s.ErrnoRet, s.Errno)
	if err != nil {
		return fmt.Errorf("%s.action: %w", at, err)
	}
	rules, err := compares(at, s.Args, act)
	if err != nil {
		return err
	}
	applies, err := s.applies(at, place)
	if err != nil || !applies {
		return err
	}
	for _, name := range names {
		p.judge(name, rules, act)
	}
	return nil
}

// judge adds rules for a call, or the action for all of them. As with libseccomp, on which
// the profiles of others were tried, the first entry without conditions is final, and those
// with conditions have nothing to say beside it. Among these the first that fits counts.
func (p *Policy) judge(name string, rules []rule, act Action) {
	v := p.calls[name]
	if v == nil {
		v = &verdict{}
		p.calls[name] = v
	}
	switch {
	case v.settled:
	case len(rules) > 0:
		v.rules = append(v.rules, rules...)
	default:
		v.rules, v.otherwise, v.settled = nil, act, true
	}
}

var operators = map[string]operator{
	"SCMP_CMP_EQ": equal, "SCMP_CMP_NE": notEqual, "SCMP_CMP_LT": less, "SCMP_CMP_LE": lessOrEqual,
	"SCMP_CMP_GT": greater, "SCMP_CMP_GE": greaterOrEqual, "SCMP_CMP_MASKED_EQ": equal,
}

// compares are the conditions of an entry. They hold together, but for several about one
// argument: then any of them will do, as it does for runc and crun.
func compares(at string, args []*compare, act Action) (rules []rule, err error) {
	var all []condition
	seen := map[int]bool{}
	twice := false
	for i, a := range args {
		at := fmt.Sprintf("%s.args[%d]", at, i)
		switch {
		case a == nil || a.Index == nil || a.Value == nil:
			return nil, fmt.Errorf("%s: index and value are needed", at)
		case *a.Index > 5:
			return nil, fmt.Errorf("%s.index: arguments are counted from 0 to 5", at)
		}
		op, ok := operators[a.Op]
		if !ok {
			return nil, fmt.Errorf("%s.op: %q is no operator", at, a.Op)
		}
		c := condition{arg: int(*a.Index), mask: ^uint64(0), op: op, value: *a.Value}
		if a.Op == "SCMP_CMP_MASKED_EQ" {
			c.mask, c.value = *a.Value, a.ValueTwo
		}
		twice = twice || seen[c.arg]
		seen[c.arg] = true
		all = append(all, c)
	}
	switch {
	case len(all) == 0:
		return nil, nil
	case twice:
		return anyOf(act, all...), nil
	}
	return []rule{{all, act}}, nil
}

// applies reports whether an entry is for this place.
func (s *syscall) applies(at string, place Place) (bool, error) {
	for _, list := range [][]string{s.Includes.Caps, s.Excludes.Caps} {
		for _, name := range list {
			if _, ok := place.Number(name); !ok {
				return false, fmt.Errorf("%s: no capability is called %q", at, name)
			}
		}
	}
	lacks := func(name string) bool { c, _ := place.Number(name); return place.Caps>>c&1 == 0 }
	has := func(name string) bool { return !lacks(name) }
	since, err := place.since(s.Includes.MinKernel)
	if err != nil {
		return false, fmt.Errorf("%s.includes.minKernel: %w", at, err)
	}
	until, err := place.since(s.Excludes.MinKernel)
	if err != nil {
		return false, fmt.Errorf("%s.excludes.minKernel: %w", at, err)
	}
	in, out := s.Includes, s.Excludes
	switch {
	case slices.ContainsFunc(in.Caps, lacks), slices.ContainsFunc(out.Caps, has):
		return false, nil
	case len(in.Arches) > 0 && !ours(in.Arches), ours(out.Arches):
		return false, nil
	}
	return since && (out.MinKernel == "" || !until), nil
}

func ours(arches []string) bool { return slices.Contains(arches, runtime.GOARCH) }

// since reports whether the kernel is at least of that version.
func (p Place) since(version string) (bool, error) {
	if version == "" {
		return true, nil
	}
	major, minor, ok := strings.Cut(version, ".")
	a, err1 := strconv.Atoi(major)
	b, err2 := strconv.Atoi(minor)
	if !ok || errors.Join(err1, err2) != nil {
		return false, fmt.Errorf("%q is no version: write it like 4.8", version)
	}
	return p.Kernel[0] > a || p.Kernel[0] == a && p.Kernel[1] >= b, nil
}
