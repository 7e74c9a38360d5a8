package sandbox

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A skip is a test that did not run, and why.
type skip struct{ Name, Reason string }

// Skip skips the test, like t.Skip, and takes part in the accounting: the file testdata/skips must expect it.
func Skip(t testing.TB, reason string) {
	t.Helper()
	s := skip{t.Name(), reason}
	if inside != nil {
		inside.result.Skips = append(inside.result.Skips, s)
	} else {
		account(t, s)
	}
	t.Skip(reason)
}

// Root skips the test where we are not root.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		Skip(t, "needs root")
	}
}

// account notes an expected skip, and fails the test for any other.
func account(t testing.TB, s skip) {
	t.Helper()
	expected, err := expectedSkips()
	if err != nil {
		t.Fatal(err)
	}
	s.Name = qualified(s.Name)
	if !slices.ContainsFunc(expected, func(e expectation) bool { return e.covers(place(), s) }) {
		t.Fatalf("unexpected skip of %s: %s\n(where that is right, add it to testdata/skips; this place is %s)", s.Name, s.Reason, place())
	}
	if suite != nil {
		suite.mu.Lock()
		defer suite.mu.Unlock()
		suite.skips = append(suite.skips, s)
	}
}

// skipSummary is one line for the end of the run.
func (s *suiteState) skipSummary() string {
	if len(s.skips) == 0 {
		return ""
	}
	var names []string
	for _, skip := range s.skips {
		names = append(names, skip.Name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return fmt.Sprintf("skipped: %d expected (%s)\n", len(names), strings.Join(names, ", "))
}

// place says where we are, in the words of testdata/skips.
func place() string {
	machine, user := "native", "user"
	if os.Getenv("CTRKIT_VM") != "" {
		machine = "vm"
	}
	if os.Geteuid() == 0 {
		user = "root"
	}
	if machine == "vm" {
		return machine + "-" + user
	}
	return user + "-" + machine
}

// qualified puts the package's directory before the name of a test that is not of the module's root.
func qualified(name string) string {
	root, err := moduleRoot()
	if err != nil {
		return name
	}
	dir, err := os.Getwd()
	if err != nil || dir == root {
		return name
	}
	return strings.TrimPrefix(dir, root+"/") + "." + name
}

// An expectation is a line of testdata/skips: where, which test, what reason; the last two are patterns of path.Match.
type expectation struct{ place, test, reason string }

func (e expectation) covers(place string, s skip) bool {
	return e.place == place && glob(e.test, s.Name) && glob(e.reason, s.Reason)
}

// glob lets * match slashes too, which mean nothing here.
func glob(pattern, name string) bool {
	const noSlash = "\x00"
	ok, _ := path.Match(strings.ReplaceAll(pattern, "/", noSlash), strings.ReplaceAll(name, "/", noSlash))
	return ok
}

func expectedSkips() ([]expectation, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(root, "testdata", "skips"))
	if err != nil {
		return nil, err
	}
	return parseSkips(string(data))
}

func parseSkips(text string) ([]expectation, error) {
	var found []expectation
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 3 {
			return nil, fmt.Errorf("testdata/skips: %q: want PLACE TEST REASON", line)
		}
		found = append(found, expectation{f[0], f[1], strings.Join(f[2:], " ")})
	}
	return found, nil
}
