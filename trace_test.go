package ctrkit_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A traced is one system call as strace saw it.
type traced struct {
	tid    int
	name   string
	args   []string
	result string // "0", "5", "-1 ENOENT (No such file or directory)"; "" if it never returned
}

func (c *traced) String() string {
	return fmt.Sprintf("%s(%s) = %s", c.name, strings.Join(c.args, ", "), c.result)
}

var (
	traceLine = regexp.MustCompile(`^(\d+) +(.*)$`)
	resumed   = regexp.MustCompile(`^<\.\.\. \w+ resumed>(.*)$`)
)

// parseTrace reads a log of strace -f: every call in the order in which they began. Where calls of several threads
// overlap, strace prints a call in two pieces.
func parseTrace(log string) (calls []*traced, err error) {
	type piece struct {
		call *traced
		text string
	}
	unfinished := map[int]piece{}
	for line := range strings.Lines(log) {
		m := traceLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			return nil, fmt.Errorf("not a line of strace: %q", line)
		}
		tid, _ := strconv.Atoi(m[1])
		text := m[2]
		if strings.HasPrefix(text, "---") || strings.HasPrefix(text, "+++") {
			continue // a signal, or an end
		}
		call := &traced{tid: tid}
		if rest := resumed.FindStringSubmatch(text); rest != nil {
			begun := unfinished[tid]
			call, text = begun.call, begun.text+rest[1]
			delete(unfinished, tid)
		} else {
			calls = append(calls, call)
		}
		if begun, ok := strings.CutSuffix(text, " <unfinished ...>"); ok {
			unfinished[tid] = piece{call, begun}
			text = begun
		}
		call.read(text)
	}
	return slices.DeleteFunc(calls, func(call *traced) bool { return isShadow(call, calls) }), nil
}

// isShadow reports whether a call was made by nobody. An execve ends the other threads of the process; one that strace
// finds in no call at that moment is shown as if it had begun the same execve, and it never returns.
func isShadow(call *traced, calls []*traced) bool {
	return call.name == "execve" && call.result == "" && slices.ContainsFunc(calls, func(other *traced) bool {
		return other.result != "" && other.name == call.name && slices.Equal(other.args, call.args)
	})
}

// read takes the text of a call, or of the half of it that is known yet.
func (c *traced) read(text string) {
	name, rest, _ := strings.Cut(text, "(")
	c.name = name
	c.args, rest = splitArgs(rest)
	if c.name == "fstatfs" && len(c.args) == 2 && !strings.Contains(c.args[1], "f_type=PROC_SUPER_MAGIC") {
		c.args[1] = "{f_type!=PROC_SUPER_MAGIC}" // what was found
	}
	if c.name == "mknodat" && len(c.args) == 3 {
		c.args = append(c.args, "0") // what is no device has no number
	}
	_, result, _ := strings.Cut(rest, "= ")
	c.result = strings.TrimSpace(result)
}

// splitArgs divides what stands between an opening bracket and its closing one at the commas, and returns what follows.
func splitArgs(text string) (args []string, rest string) {
	depth, from, end := 0, 0, len(text)
scan:
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			i += len(literal(text[i:])) - 1
		case strings.HasPrefix(text[i:], "/*"):
			i += max(0, strings.Index(text[i:], "*/"))
		case c == '(' || c == '[' || c == '{':
			depth++
		case (c == ')' || c == ']' || c == '}') && depth == 0:
			end, rest = i, text[i+1:]
			break scan
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			args = append(args, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	if last := strings.TrimSpace(text[from:end]); last != "" || from > 0 {
		args = append(args, last)
	}
	return args, rest
}

// literal is the string literal that a text begins with, quotes included.
func literal(text string) string {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[:i+1]
		}
	}
	return text
}
