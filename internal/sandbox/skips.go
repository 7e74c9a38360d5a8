package sandbox

import (
	"fmt"
	"os"
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

// tellSkips prints one line at the end of the run. Go test shows it only when a package fails or is tested alone, so it is
// also added to the file that CTRKIT_SKIPS names.
func (s *suiteState) tellSkips() {
	if len(s.skips) == 0 {
		return
	}
	var names []string
	for _, skip := range s.skips {
		names = append(names, skip.Name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	line := fmt.Sprintf("skipped: %d expected (%s)\n", len(names), strings.Join(names, ", "))
	fmt.Print(line)
	if file, err := os.OpenFile(os.Getenv("CTRKIT_SKIPS"), os.O_APPEND|os.O_WRONLY, 0); err == nil {
		file.WriteString(line)
		file.Close()
	}
}

// place says where we are, in the words of testdata/skips.
func place() string {
	vm, root := os.Getenv("CTRKIT_VM") != "", os.Geteuid() == 0
	switch {
	case vm && root:
		return "vm-root"
	case vm:
		return "vm-user"
	case root:
		return "root-native"
	}
	return "user-native"
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
