package ctrkit_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	pipe      = regexp.MustCompile(`pipe:\[\d+\]`)
	namespace = regexp.MustCompile(`^(\w+):\[\d+\]$`)
	mountLine = regexp.MustCompile(`^(\d+) (\d+) (\d+:\d+) (.*)$`)
)

// normal leaves out of a fingerprint what no two containers have in common: the numbers that the kernel hands out as they
// come. Of a namespace it is said whether it is ours; mounts and their devices are counted in the order of the table.
func normal(text string) (lines []string) {
	seen := map[string]int{}
	count := func(kind, id string) string {
		if _, ok := seen[kind+id]; !ok {
			seen[kind+id] = len(seen)
		}
		return fmt.Sprintf("%s%d", kind, seen[kind+id])
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		line = pipe.ReplaceAllString(line, "a pipe")
		if m := namespace.FindStringSubmatch(line); m != nil {
			ours, err := os.Readlink("/proc/self/ns/" + strings.TrimSuffix(m[1], "_for_children"))
			line = m[1] + ": of its own"
			if err == nil && ours == m[0] {
				line = m[1] + ": the host's"
			}
		}
		if m := mountLine.FindStringSubmatch(line); m != nil {
			line = strings.Join([]string{count("mount ", m[1]), count("on mount ", m[2]), count("device ", m[3]), m[4]}, " ")
		}
		lines = append(lines, line)
	}
	return lines
}

// difference is that of two texts that should be the same, line by line.
func difference(one, two []string) error {
	if strings.Join(one, "\n") == strings.Join(two, "\n") {
		return nil
	}
	var b strings.Builder
	for i := range max(len(one), len(two)) {
		var left, right string
		if i < len(one) {
			left = one[i]
		}
		if i < len(two) {
			right = two[i]
		}
		if left != right {
			fmt.Fprintf(&b, "- %s\n+ %s\n", left, right)
		}
		if b.Len() > 4000 {
			b.WriteString("...\n")
			break
		}
	}
	return fmt.Errorf("%s", b.String())
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
