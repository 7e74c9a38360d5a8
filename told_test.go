package ctrkit_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A told is one line as --explain=json prints it.
type told struct {
	Tool, Call string
	Args       []string
	Result     string
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

// A claim is a call that somebody made if what was told is true. For a call that is told it is that one.
type claim struct {
	*told         // the line that says so
	name   string // of the call
	args   []string
	result string // what the descriptor is called that it returns
}

func (c *claim) String() string { return c.name + "(" + strings.Join(c.args, ", ") + ")" }

// claimed is what was told as calls. What is done outside is told as a shell command, which works on the groups that were
// left there before; a child waits for it, and then makes a call that does nothing. The groups that have no name of their
// own are removed at the end, the last one first.
func claimed(lines []*told, left []string) (claims []*claim, err error) {
	var ends []*claim
	inChild, cradle := false, ""
	for _, l := range lines {
		if !l.Outside {
			args := slices.Clone(l.Args)
			if l.Call == "clone3" {
				// In version 2 the child is born in the group.
				args[0] = strings.Replace(args[0], "cgroup=group", "cgroup="+strconv.Quote(cradle), 1)
			}
			claims = append(claims, &claim{l, l.Call, args, l.Result})
			inChild = l.Call == "clone3" || inChild && !strings.HasPrefix(l.Call, "execve")
			continue
		}
		for command := range strings.SplitSeq(l.Same, "; ") {
			calls, err := shellCalls(l, command, left)
			if err != nil {
				return nil, err
			}
			claims = append(claims, calls...)
			if dir, ok := strings.CutPrefix(command, "mkdir "); ok && randomName.MatchString(filepath.Base(dir)) {
				ends = append(ends, removal(l, dir))
				if isVersion2(dir) {
					cradle = dir
				}
			}
		}
		if inChild {
			claims = append(claims, &claim{told: l, name: "getpid"})
		}
	}
	slices.Reverse(ends)
	return append(claims, ends...), nil
}

var echo = regexp.MustCompile(`^echo (.*) > (\S+)$`)

var network = regexp.MustCompile(`^(ip|tc|bridge) |^echo .* > /proc/sys/net/|^$`)

// shellCalls are the calls by which a tool does what a shell command says.
func shellCalls(l *told, command string, left []string) (claims []*claim, err error) {
	verb, operand, _ := strings.Cut(command, " ")
	// What is said to the kernel about networks goes through sockets. That the commands make the same network is shown by the
	// script veth-link_explain, which types them.
	if network.MatchString(command) {
		return nil, nil
	}
	if m := echo.FindStringSubmatch(command); m != nil {
		text := m[1] + "\n"
		return []*claim{
			{l, "openat", []string{"AT_FDCWD", strconv.Quote(m[2]), "O_WRONLY|O_CLOEXEC"}, "file"},
			{l, "write", []string{"file", strconv.Quote(text), strconv.Itoa(len(text))}, ""},
			{l, "close", []string{"file"}, ""},
		}, nil
	}
	switch verb {
	case "mkdir":
		return []*claim{{l, "mkdirat", []string{"AT_FDCWD", strconv.Quote(operand), "0755"}, ""}}, nil
	case "rmdir":
		for _, dir := range left {
			if ok, _ := filepath.Match(operand, dir); ok {
				claims = append(claims, removal(l, dir))
			}
		}
		return claims, nil
	}
	return nil, fmt.Errorf("%s is done outside, and %q does not say how", l, command)
}

func removal(l *told, dir string) *claim {
	return &claim{l, "unlinkat", []string{"AT_FDCWD", strconv.Quote(dir), "AT_REMOVEDIR"}, ""}
}

// A comparison goes through what was told and what was made, side by side.
type comparison struct {
	claims []*claim
	made   []*traced
	names  map[string]int // which call a descriptor's name stands for
}

// compare returns nil if exactly the calls that were told were made, with the arguments that were told.
func compare(claims []*claim, made []*traced) error {
	c := &comparison{claims, made, map[string]int{}}
	for i := range max(len(claims), len(made)) {
		var err error
		switch {
		case i >= len(claims):
			err = fmt.Errorf("made and not told: %s", made[i])
		case i >= len(made):
			err = fmt.Errorf("told and not made: %s", claims[i])
		default:
			err = c.claim(i)
		}
		if err != nil {
			return fmt.Errorf("call %d: %w\n%s", i, err, c.around(i))
		}
	}
	return nil
}

func (c *comparison) claim(i int) error {
	claim, call := c.claims[i], c.made[i]
	if claim.name != call.name || len(claim.args) != len(call.args) {
		return fmt.Errorf("told %s, made %s", claim, call)
	}
	for j := range claim.args {
		if err := c.arg(i, claim.args[j], call.args[j]); err != nil {
			return fmt.Errorf("argument %d: %w", j, err)
		}
	}
	if claim.result != "" {
		c.names[claim.result] = i
	}
	if _, errno, failed := strings.Cut(call.result, "-1 "); failed {
		errno, _, _ = strings.Cut(errno, " ")
		if !slices.Contains(claim.Tolerates, errno) {
			return fmt.Errorf("%s is not said to be tolerated: made %s", errno, call)
		}
	}
	return nil
}

// arg compares an argument. A descriptor is told by the name of the result of an earlier call.
func (c *comparison) arg(i int, told, made string) error {
	if canonical(told) == canonical(made) {
		return nil
	}
	named, ok := c.names[told]
	if !ok || c.made[named].result != made {
		return fmt.Errorf("told %s, made %s", told, made)
	}
	if from := returned(c.made[:i], c.made[i].tid, made); from != named {
		return fmt.Errorf("told %s, which was %s, and made %s, which is from %s", told, c.made[named], made, c.made[from])
	}
	return nil
}

// returned is the latest of some calls that returned a descriptor, or -1. Best is one of the same thread; but a child has
// what its parent had.
func returned(calls []*traced, tid int, descriptor string) int {
	latest := -1
	for i, call := range slices.Backward(calls) {
		if call.result != descriptor || !handling[call.name] && !strings.HasPrefix(call.name, "open") && !mounting[call.name] {
			continue
		}
		if call.tid == tid {
			return i
		}
		latest = max(latest, i)
	}
	return latest
}

// around shows a few lines of both sides.
func (c *comparison) around(i int) string {
	var b strings.Builder
	for j := max(0, i-3); j < min(i+4, max(len(c.claims), len(c.made))); j++ {
		left, right := "nothing", "nothing"
		if j < len(c.claims) {
			left = c.claims[j].String()
		}
		if j < len(c.made) {
			right = c.made[j].String()
		}
		fmt.Fprintf(&b, "%3d told %s\n    made %s\n", j, left, right)
	}
	return b.String()
}
