package ctrkit_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A told is one line as --explain=json prints it.
type told struct {
	Tool, Call string
	Args       []string
	Outside    bool
	Why        string
	Page       string
	Same       string
	Because    string
	Tolerates  []string
}

func (l *told) String() string { return l.Call + "(" + strings.Join(l.Args, ", ") + ")" }

// parseTold reads what a chain of tools has told, of which every line must be an object.
func parseTold(text string) (lines []*told, err error) {
	for line := range strings.Lines(text) {
		l := &told{}
		if err := json.Unmarshal([]byte(line), l); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// namesOf are the names of the calls that were told.
func namesOf(lines []*told) map[string]bool {
	names := map[string]bool{}
	for _, l := range lines {
		// By write, a child tells its parent that it lives. The parent writes a lot that is no line.
		if !l.Outside && l.Call != "write" {
			names[l.Call] = true
		}
	}
	return names
}

// A comparison goes through what was told and what was made, side by side.
type comparison struct {
	told  []*told
	made  []*traced
	names map[string]int // which call a descriptor's name stands for
}

// compare returns nil if exactly the calls that were told were made, with the arguments that were told.
func compare(lines []*told, made []*traced) error {
	c := &comparison{lines, made, map[string]int{}}
	for i := range max(len(lines), len(made)) {
		var err error
		switch {
		case i >= len(lines):
			err = fmt.Errorf("made and not told: %s", made[i])
		case i >= len(made):
			err = fmt.Errorf("told and not made: %s", lines[i])
		default:
			err = c.line(i)
		}
		if err != nil {
			return fmt.Errorf("call %d: %w\n%s", i, err, c.around(i))
		}
	}
	return nil
}

func (c *comparison) line(i int) error {
	line, call := c.told[i], c.made[i]
	name, args := line.Call, line.Args
	if line.Outside {
		// While the parent works, the child makes a call that does nothing.
		name, args = "getpid", nil
	}
	if name != call.name || len(args) != len(call.args) {
		return fmt.Errorf("told %s, made %s", line, call)
	}
	for j := range args {
		if err := c.arg(i, args[j], call.args[j]); err != nil {
			return fmt.Errorf("argument %d: %w", j, err)
		}
	}
	if _, errno, failed := strings.Cut(call.result, "-1 "); failed {
		errno, _, _ = strings.Cut(errno, " ")
		if !slices.Contains(line.Tolerates, errno) {
			return fmt.Errorf("%s is not said to be tolerated: made %s", errno, call)
		}
	}
	return nil
}

// descriptorName is how the narrator writes a descriptor that an earlier call returns.
var descriptorName = regexp.MustCompile(`^[a-z]\w*$`)

func (c *comparison) arg(i int, told, made string) error {
	if canonical(told) == canonical(made) {
		return nil
	}
	if number(made) < 0 || !descriptorName.MatchString(told) {
		return fmt.Errorf("told %s, made %s", told, made)
	}
	from := returned(c.made[:i], made)
	if from < 0 {
		return fmt.Errorf("told %s, made %s, and no earlier call returned that", told, made)
	}
	if known, ok := c.names[told]; ok && known > from {
		return fmt.Errorf("told %s, which was %s, and made %s, which is from %s", told, c.made[known], made, c.made[from])
	}
	for name, known := range c.names {
		if known == from && name != told {
			return fmt.Errorf("%s and %s are both told of %s", name, told, c.made[from])
		}
	}
	c.names[told] = from
	return nil
}

// returned is the latest of some calls that returned a descriptor, or -1.
func returned(calls []*traced, descriptor string) int {
	for i, call := range slices.Backward(calls) {
		if call.result == descriptor && (handling[call.name] || strings.HasPrefix(call.name, "open")) {
			return i
		}
	}
	return -1
}

// around shows a few lines of both sides.
func (c *comparison) around(i int) string {
	var b strings.Builder
	for j := max(0, i-3); j < min(i+4, max(len(c.told), len(c.made))); j++ {
		left, right := "nothing", "nothing"
		if j < len(c.told) {
			left = c.told[j].String()
		}
		if j < len(c.made) {
			right = c.made[j].String()
		}
		fmt.Fprintf(&b, "%3d told %s\n    made %s\n", j, left, right)
	}
	return b.String()
}
