package ctrkit_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ctrkit/internal/sandbox"
)

var (
	mountIDs = regexp.MustCompile(`^mount \d+ on mount \d+ device \d+ `)
	// An address is looked for in the network for a second before it counts as ours, and links are numbered as they come.
	linkLocal = regexp.MustCompile(`^(fe80\S+) \S+ (\S+ \S+) \S+( +eth0)$`)
)

// view leaves out of a fingerprint in which order things were made: those who make a container differently end in the same
// place by other ways.
func view(fingerprint []string) (lines []string) {
	for _, line := range fingerprint {
		lines = append(lines, linkLocal.ReplaceAllString(mountIDs.ReplaceAllString(line, ""), "$1 $2$3"))
	}
	slices.Sort(lines)
	return lines
}

// A permitted difference is one in lines like this, for a reason.
type permitted struct{ pattern, why string }

// agree wants that two views are the same, but for what is permitted, and that all that is permitted is needed.
func agree(t *sandbox.T, one, two string, first, second []string, differences []permitted) {
	t.Helper()
	if rest := unexplained(first, second, differences); len(rest) > 0 {
		t.Errorf("from inside, %s (+) differs from %s (-):\n%s", two, one, strings.Join(rest, "\n"))
	}
	for _, d := range differences {
		if len(unexplained(first, second, slices.DeleteFunc(slices.Clone(differences), func(o permitted) bool { return o == d }))) == 0 {
			t.Errorf("%s and %s need not differ in %s any more, of which it was said: %s", one, two, d.pattern, d.why)
		}
	}
}

// unexplained are the lines that only one of two views has, without those that are permitted.
func unexplained(first, second []string, differences []permitted) (rest []string) {
	for _, side := range []struct {
		sign        string
		have, other []string
	}{{"-", first, second}, {"+", second, first}} {
		for _, line := range subtract(side.have, side.other) {
			if !slices.ContainsFunc(differences, func(d permitted) bool { return regexp.MustCompile(d.pattern).MatchString(line) }) {
				rest = append(rest, fmt.Sprintf("%s %s", side.sign, line))
			}
		}
	}
	return rest
}

// subtract takes lines away, each once.
func subtract(lines, others []string) (rest []string) {
	others = slices.Clone(others)
	for _, line := range lines {
		if i := slices.Index(others, line); i >= 0 {
			others = slices.Delete(others, i, i+1)
		} else {
			rest = append(rest, line)
		}
	}
	return rest
}
