package doctest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func TestMatch(t *testing.T) {
	known := bindings{"pid": "42"}
	for _, c := range []struct {
		name, want, got string
		ok              bool
		after           bindings
	}{
		{"nothing", "", "", true, nil},
		{"too little", "a", "", false, nil},
		{"too much", "", "a", false, nil},
		{"equal", "a\nb", "a\nb", true, nil},
		{"blanks at the end", "a  ", "a\t", true, nil},
		{"blanks within", "a b", "a  b", false, nil},
		{"order", "a\nb", "b\na", false, nil},
		{"no regular expression", "a.c", "abc", false, nil},
		{"elided text", "took ... ms", "took 12 ms", true, nil},
		{"no text elided", "a...b", "ab", true, nil},
		{"elided line", "a\n...\nd", "a\nb\nc\nd", true, nil},
		{"no line elided", "a\n...\nd", "a\nd", true, nil},
		{"end not elided", "a\n...\nd", "a\nb", false, nil},
		{"two elisions", "...\nb\n...", "a\nb\nc", true, nil},
		{"the right one of two", "...\nb\nc", "b\nx\nb\nc", true, nil},
		{"a name", "id [id], up", "id x7, up", true, bindings{"id": "x7"}},
		{"no text for a name", "id [id]", "id ", false, nil},
		{"no blanks in a name", "id [id]", "id a b", false, nil},
		{"known", "[pid] runs", "42 runs", true, nil},
		{"known otherwise", "[pid] runs", "43 runs", false, nil},
		{"twice in a line", "[a] [a]", "x x", true, bindings{"a": "x"}},
		{"twice, not the same", "[a] [a]", "x y", false, nil},
		{"twice in an output", "[a]\n[a]", "x\ny", false, nil},
		{"within brackets", "uts:[[uts]]", "uts:[4026]", true, bindings{"uts": "4026"}},
		{"no name", "[4026] [A] [a b]", "[4026] [A] [a b]", true, nil},
		{"an escaped name", `usage \[flags]`, "usage [flags]", true, nil},
		{"not the escaped name", `usage \[flags]`, "usage x", false, nil},
		{"an escaped elision", `a\...`, "a...", true, nil},
		{"not elided", `a\...`, "abc", false, nil},
		{"an escaped prompt", `\$ a`, "$ a", true, nil},
		{"an escaped status", `\? 1`, "? 1", true, nil},
		{"a backslash", `a\b \c`, `a\b \c`, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, ok := known.match(lines(c.want), lines(c.got))
			if ok != c.ok {
				t.Fatalf("%q matches %q: %v", c.want, c.got, ok)
			}
			wantAfter := maps.Clone(known)
			maps.Copy(wantAfter, c.after)
			if ok && !maps.Equal(after, wantAfter) {
				t.Errorf("bindings %v, want %v", after, wantAfter)
			}
		})
	}
}

func TestPromote(t *testing.T) {
	known := bindings{"id": "x7f", "n": "1"}
	for _, c := range []struct{ name, want, got, promoted string }{
		{"new", "", "a\nb", "a\nb"},
		{"gone", "a\nb", "", ""},
		{"one of three", "a\nb\nc", "a\nx\nc", "a\nx\nc"},
		{"an elision that still matches", "took ...\nb", "took 12 ms\nc", "took ...\nc"},
		{"elided lines stay so", "a\n...\nz\nold", "a\nb\nc\nz\nnew", "a\n...\nz\nnew"},
		{"a name that still matches", "pid [pid]\nb", "pid 99\nc", "pid [pid]\nc"},
		{"a value that has a name", "a", "id=x7f of x7fa", "id=[id] of x7fa"},
		{"a value too short to know", "a", "1 of 1", "1 of 1"},
		{"what is special", "", "a... [flags] [1]\n$ x\n? 2", `a\... \[flags] [1]` + "\n" + `\$ x` + "\n" + `\? 2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			promoted := known.promote(lines(c.want), lines(c.got))
			if !slices.Equal(promoted, lines(c.promoted)) {
				t.Errorf("promoted to\n%s\nwant\n%s", strings.Join(promoted, "\n"), c.promoted)
			}
			if _, ok := known.match(promoted, lines(c.got)); !ok {
				t.Error("what was promoted does not match what was printed")
			}
		})
	}
}

func TestReport(t *testing.T) {
	report := bindings{}.report(lines("a\nb\n..."), lines("a\nx\ny"))
	if want := "  a\n- b\n+ x\n  ...\n. y\n"; report != want {
		t.Errorf("report\n%s\nwant\n%s", report, want)
	}
}
