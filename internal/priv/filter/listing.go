package filter

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// String is what a person calls an action.
func (a Action) String() string {
	data := uint32(a) & unix.SECCOMP_RET_DATA
	switch uint32(a) & unix.SECCOMP_RET_ACTION_FULL {
	case unix.SECCOMP_RET_ALLOW:
		return "allow"
	case unix.SECCOMP_RET_ERRNO:
		if name := unix.ErrnoName(unix.Errno(data)); name != "" {
			return name
		}
		return fmt.Sprintf("errno %d", data)
	case unix.SECCOMP_RET_KILL_PROCESS:
		return "kill"
	case unix.SECCOMP_RET_KILL_THREAD:
		return "kill thread"
	case unix.SECCOMP_RET_TRAP:
		return "SIGSYS"
	case unix.SECCOMP_RET_TRACE:
		return "trace"
	case unix.SECCOMP_RET_LOG:
		return "allow and log"
	}
	return fmt.Sprintf("%#x", uint32(a))
}

// Listing says what the policy does, a line for each outcome. Calls are named in the order
// of their numbers, and of three or more in a row the first and the last.
func (p *Policy) Listing() (lines []string) {
	for _, a := range p.arches {
		lines = append(lines, p.listing(a)...)
	}
	x32 := ""
	if p.arches[0].highest != 0 {
		x32 = "x32: ENOSYS; "
	}
	return append(lines, x32+"other architectures: "+p.foreign.String())
}

func (p *Policy) listing(a *arch) (lines []string) {
	var actions []Action
	runs, counts := map[Action][]string{}, map[Action]int{}
	var judged []string
	for _, s := range p.spans(a) {
		calls := a.calls[s.from:s.to]
		if s.verdict != nil {
			judged = append(judged, calls[0].name+": "+s.verdict.String())
			continue
		}
		if !slices.Contains(actions, s.action) {
			actions = append(actions, s.action)
		}
		counts[s.action] += len(calls)
		if n := len(calls); n > 2 {
			runs[s.action] = append(runs[s.action], calls[0].name+".."+calls[n-1].name)
			continue
		}
		for _, c := range calls {
			runs[s.action] = append(runs[s.action], c.name)
		}
	}
	for _, action := range actions {
		names := strings.Join(runs[action], " ")
		if counts[action] == 0 {
			names = "numbers without a call"
		} else if action == p.unknown {
			names += ", and numbers without a call"
		}
		lines = append(lines, fmt.Sprintf("%s, %s (%d): %s", a.name, action, counts[action], names))
	}
	return append(lines, judged...)
}

// String says which rule leads to what.
func (v *verdict) String() string {
	var parts []string
	for i, r := range v.rules {
		switch before := v.rules[max(0, i-1)]; {
		case i > 0 && r.action == before.action && r.subject() == before.subject() && r.subject() != "":
			parts[len(parts)-1] += " " + r.conditions[0].number()
		case i > 0 && r.action == before.action:
			parts[len(parts)-1] += " or " + r.text()
		default:
			parts = append(parts, r.action.String()+" if "+r.text())
		}
	}
	return strings.Join(append(parts, "else "+v.otherwise.String()), ", ")
}

// subject is what the rule compares with one number: "arg0==", "" if it does more.
func (r rule) subject() string {
	if len(r.conditions) != 1 || r.conditions[0].op != equal {
		return ""
	}
	return r.conditions[0].subject()
}

func (r rule) text() string {
	texts := make([]string, len(r.conditions))
	for i, c := range r.conditions {
		texts[i] = c.subject() + c.number()
	}
	return strings.Join(texts, " and ")
}

func (c condition) subject() string {
	arg := fmt.Sprintf("arg%d", c.arg)
	if c.mask != ^uint64(0) && c.mask != word {
		arg = fmt.Sprintf("%s&%#x", arg, c.mask)
	}
	return arg + [...]string{"==", "!=", "<", "<=", ">", ">="}[c.op]
}

func (c condition) number() string {
	if c.name != "" {
		return c.name
	}
	return fmt.Sprint(c.value)
}
