package ctrkit_test

import (
	"fmt"
	"regexp"
	"strings"
)

// spelled writes calls so that those of two runs can be compared: a descriptor is named by the call that returned it, and
// the size of an environment is left out.
func spelled(calls []*traced) []string {
	lines := make([]string, len(calls))
	for i := range calls {
		lines[i] = spelledAt(calls, i)
	}
	return lines
}

// spelledAt writes one of the calls.
func spelledAt(calls []*traced, i int) string {
	call := calls[i]
	args := each(call.args)
	if len(args) == 0 {
		return call.name + "()"
	}
	for j := range args {
		// The first argument may be a descriptor, and where a mount is moved to. That of close_range is a number.
		if j > 0 && (j != 2 || call.name != "move_mount") || call.name == "close_range" {
			continue
		}
		if from := returned(calls[:i], call.tid, call.args[j]); from >= 0 {
			args[j] = "the result of " + spelledAt(calls, from)
		}
	}
	return anyVariables(call.name + "(" + strings.Join(args, ", ") + ")")
}

// sameCalls compares the calls of two runs.
func sameCalls(first, second []*traced) error {
	left, right := renamed(spelled(first)), renamed(spelled(second))
	for i := range max(len(left), len(right)) {
		if i >= len(left) || i >= len(right) || left[i] != right[i] {
			return fmt.Errorf("call %d:\n%s\n  or\n%s", i,
				strings.Join(left[min(i, len(left)):min(i+3, len(left))], "\n"),
				strings.Join(right[min(i, len(right)):min(i+3, len(right))], "\n"))
		}
	}
	return nil
}

var someVariables = regexp.MustCompile(`(\d+ variables|/\* \d+ variables \*/)`)

func anyVariables(text string) string { return someVariables.ReplaceAllString(text, "variables") }
