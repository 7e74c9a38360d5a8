package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRun runs Go functions in sandboxes, with and without root.
func TestRun(t *testing.T) {
	t.Run("elsewhere, with a name / to quote [1]", func(t *testing.T) {
		Run(t, func(t *T) {
			if inside == nil {
				t.Error("this is not another process")
			}
			if role, set := os.LookupEnv(roleVar); set {
				t.Errorf("programs would inherit our role: %s", role)
			}
		})
	})
	t.Run("subtests and directories", func(t *testing.T) {
		Run(t, func(t *T) {
			first := t.TempDir()
			t.Run("sub", func(t *T) {
				if second := t.TempDir(); second == first || filepath.Dir(second) != filepath.Dir(first) {
					t.Errorf("%s and %s", first, second)
				}
			})
		})
	})
}

// TestMachine shows what a sandbox is like for root.
func TestMachine(t *testing.T) {
	Root(t)
	Run(t, func(t *T) {
		if err := os.WriteFile("/etc/passwd", nil, 0o644); err == nil {
			t.Fatal("the machine's files can be written")
		}
		dir := t.TempDir()
		if err := unix.Mount("/etc", dir, "", unix.MS_BIND, ""); err != nil {
			t.Fatal(err)
		}
		if leaks := newIn(inside.before, insideState()); len(leaks) != 1 || !strings.HasPrefix(leaks[0], "mount "+dir+": ") {
			t.Errorf("leaks %q", leaks)
		}
		if err := unix.Unmount(dir, 0); err != nil {
			t.Fatal(err)
		}
		if names := links(); !slices.Equal(names, []string{"link lo"}) {
			t.Errorf("links %q", names)
		}
		fds, err := exec.Command("ls", "/proc/self/fd").Output()
		if want := "0\n1\n2\n3\n"; err != nil || string(fds) != want {
			t.Errorf("a program has the descriptors %q, want %q (3 is its own)", fds, want)
		}
	})
}

// TestSkip shows that a skip inside is known outside, by its reason.
func TestSkip(t *testing.T) {
	const reason = "the accounting of skips is being tested"
	if inside == nil {
		suite.mu.Lock()
		before := len(suite.skips)
		suite.mu.Unlock()
		t.Cleanup(func() {
			if len(suite.skips) != before+1 || suite.skips[before].Reason != reason {
				t.Errorf("skips %v", suite.skips)
			}
		})
	}
	t.Run("inside", func(t *testing.T) {
		Run(t, func(t *T) { Skip(t, reason) })
	})
}

func TestExpectations(t *testing.T) {
	list, err := parseSkips("# comment\n\nroot-native  TestScripts/nat_*  needs nft\nuser-native * needs root*\n")
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	for _, c := range []struct {
		place, test, reason string
		want                bool
	}{
		{"root-native", "TestScripts/nat_publish", "needs nft", true},
		{"root-native", "TestScripts/nat_publish", "needs nft and more", false},
		{"root-native", "TestScripts/veth", "needs nft", false},
		{"vm-root", "TestScripts/nat_publish", "needs nft", false},
		{"user-native", "internal/a.TestX/sub", "needs root: it is so", true},
		{"user-native", "TestX", "no time", false},
		{"root-native", "TestX", "needs root", false},
	} {
		covered := slices.ContainsFunc(list, func(e expectation) bool { return e.covers(c.place, skip{c.test, c.reason}) })
		if covered != c.want {
			t.Errorf("%+v: %v", c, covered)
		}
	}
	if _, err := parseSkips("root-native TestX\n"); err == nil {
		t.Error("a line without a reason is taken")
	}
}

// TestSkipsAreCurrent finds lines of testdata/skips about scripts that are no longer there.
func TestSkipsAreCurrent(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	list, err := expectedSkips()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if script, ok := strings.CutPrefix(e.test, "TestScripts/"); ok {
			if found, _ := filepath.Glob(filepath.Join(root, "testdata/scripts", script+".txtar")); len(found) == 0 {
				t.Errorf("testdata/skips expects a skip of %s, which is not there", e.test)
			}
		}
	}
}

func TestCheckScript(t *testing.T) {
	for script, want := range map[string]string{
		"exec true\n! exec false\nbg a sleep 1\nend a": "",
		"# stop here\nexec echo stop":                  "",
		"exec true\n-- f --\nstop":                     "",
		"exec true\nstop a":                            "2: stop ends the whole script",
		"[root] stop":                                  "1: stop ends",
		"exec sleep 1 &":                               "1: use bg",
		"[!root] ! exec sleep 1 &name&":                "1: use bg",
		"wait":                                         "1: programs in the background",
		"kill -INT a":                                  "1: programs in the background",
		"exec sh -c 'sleep 1 >/dev/null &'":            "",
	} {
		err := checkScript(script)
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", script, err, want)
		}
	}
}

func TestConditions(t *testing.T) {
	for cond, want := range map[string]bool{
		"root":         os.Geteuid() == 0,
		"exec:sh":      true,
		"exec:no-such": false,
		"kernel:3.0":   true,
		"kernel:3.99":  true,
		"kernel:99.0":  false,
		"cgroup2:nope": false,
		"cgroup1:nope": false,
		"vm":           os.Getenv("CTRKIT_VM") != "",
	} {
		if got, err := Condition(cond); err != nil || got != want {
			t.Errorf("[%s]: %v %v", cond, got, err)
		}
	}
	for _, cond := range []string{"kernel:new", "kernel", "moon"} {
		if _, err := Condition(cond); err == nil {
			t.Errorf("[%s] has an answer", cond)
		}
	}
}

// TestCgroups looks for groups in a tree that is not one of cgroups.
func TestCgroups(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"memory/ctr-1/inner", "pids/cg-limit-2", "pids/other", "ctr-held"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	held, err := os.Open(filepath.Join(root, "ctr-held"))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := unix.Flock(int(held.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	want := []string{"cgroup " + root + "/memory/ctr-1", "cgroup " + root + "/pids/cg-limit-2"}
	if got := cgroups(root); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNewIn(t *testing.T) {
	got := newIn([]string{"a", "b", "b"}, []string{"b", "a", "c", "b", "b"})
	if want := []string{"c", "b"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTidy(t *testing.T) {
	out := "=== RUN   TestX\n--- FAIL: TestX (0.0s)\n    --- FAIL: TestX/a (0.0s)\n        x_test.go:1: a\n            b\nFAIL\n"
	if got, want := tidy(out), "x_test.go:1: a\n    b\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, out := range []string{"", "\n", "PASS\n", "a", "  a"} {
		tidy(out)
	}
}
