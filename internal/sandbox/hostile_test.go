package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { Main(m) }

// hostileVar makes this test binary a suite that behaves badly.
const hostileVar = "CTRKIT_HOSTILE"

// hostile are the scripts of testdata/hostile, and what the suite must say about each.
var hostile = map[string][]string{
	"bind":       {"leak: mount /run/sandbox/script-bind/here: tmpfs"},
	"busy":       {"leak: mount /run/sandbox/script-busy/here: tmpfs"},
	"background": {"sleeper was started by bg, and nothing asked by end"},
	"daemon":     {"leak: process ", ": sleep 1000"},
	"netns":      {"leak: named network namespace forgotten"},
	"link":       {"leak: link left", "leak: link right"},
	"nft":        {"leak: nft table ip forgotten"},
	"hang":       {"# this works (", "# this takes too long", "time limit: not done after 1s"},
	"held":       {"# the program ends, but its child keeps the pipe open that its output goes through (1.", "time limit: not done after 1s"},
	"died":       {"the sandbox died without a result: exit status 137"},
	"disk":       {"/etc/passwd': Read-only file system"},
	"skip":       {"unexpected skip of internal/sandbox.TestHostileScripts/skip: no reason that anybody expects"},
	"stop":       {"stop.txtar:2: stop ends the whole script"},
	"fails":      {"# the first phase (", "> status 3 sh", "[stdout]", "out\n", "err\n", "fails.txtar:4: status: want exit status 3, got 4"},
}

// TestHostile runs a whole suite for each script, on a machine that is itself a sandbox: the leak check of that one shows
// that nothing is left there, and the files show that nothing was deleted.
func TestHostile(t *testing.T) {
	Root(t)
	for name, wants := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Run(t, func(t *T) {
				out, err := badSuite(t, "^TestHostileScripts$/^"+name+"$")
				if err == nil {
					t.Error("the suite passed")
				}
				wantAll(t, out, wants)
			})
		})
	}
}

// TestHostileControl shows that the machine of these tests is fit for a script that behaves.
func TestHostileControl(t *testing.T) {
	Root(t)
	Run(t, func(t *T) {
		if out, err := badSuite(t, "^TestHostileScripts$/^clean$"); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestHostileMachine has a suite that leaves things on its machine, outside of any sandbox.
func TestHostileMachine(t *testing.T) {
	Root(t)
	Run(t, func(t *T) {
		out, err := badSuite(t, "^TestHostileGo$")
		if err == nil {
			t.Error("the suite passed")
		}
		wantAll(t, out, []string{
			"sandbox: leak on this machine: mount /mnt/tmp: tmpfs",
			"sandbox: leak on this machine: link left",
			"PASS",
		})
		unix.Unmount("/mnt/tmp", 0)
		exec.Command("ip", "link", "delete", "left").Run()
	})
}

// badSuite runs a test of this binary as a suite of its own, and checks that the files it had in reach are still there.
func badSuite(t *T, test string) (string, error) {
	t.Helper()
	// On the machine of the suite, /mnt is all there is to lose.
	if err := unix.Mount("tmpfs", "/mnt", "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount("/mnt", unix.MNT_DETACH) })
	precious := "/mnt/precious/file"
	for _, dir := range []string{filepath.Dir(precious), "/mnt/tmp"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(precious, []byte("content"), 0o644); err != nil {
		t.Fatal(err)
	}
	suite := exec.Command("/proc/self/exe", "-test.run="+test)
	suite.Env = append(os.Environ(), hostileVar+"=1", "CTRKIT_TIMEOUT=1s", "TMPDIR=/mnt/tmp", toolsVar+"=/mnt/tools")
	out, err := suite.CombinedOutput()
	if content, err := os.ReadFile(precious); string(content) != "content" {
		t.Errorf("a file that the test had bound is damaged: %q %v\n%s", content, err, out)
	}
	return string(out), err
}

func wantAll(t *T, out string, wants []string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

// TestHostileScripts is the suite that TestHostile runs.
func TestHostileScripts(t *testing.T) {
	if os.Getenv(hostileVar) != "" {
		Scripts(t, "testdata/hostile", false)
	}
}

// TestHostileGo is the suite that TestHostileMachine runs. It passes, and yet the run fails.
func TestHostileGo(t *testing.T) {
	if os.Getenv(hostileVar) == "" {
		return
	}
	if err := unix.Mount("tmpfs", "/mnt/tmp", "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("ip", "link", "add", "left", "type", "bridge").CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
}
