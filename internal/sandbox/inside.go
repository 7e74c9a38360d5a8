package sandbox

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// workVar names the directory in which the child may make files; nobody ever deletes it through a mount.
const workVar = "CTRKIT_SANDBOX_WORK"

// A child is the state of the process inside.
type child struct {
	report *os.File
	work   string
	before []string
	start  time.Time
	dirs   atomic.Int32
	result result
}

// inside is nil in the suite's own process.
var inside *child

// A T is the testing.T of a function that runs in a sandbox.
type T struct{ *testing.T }

// TempDir makes a directory that is never removed: it is on the sandbox's own tmpfs. (The original deletes recursively,
// through whatever the test has mounted there.)
func (t *T) TempDir() string {
	t.Helper()
	// The same names in every run, because they are seen in what programs print.
	dir := filepath.Join(inside.work, fmt.Sprintf("dir%d", inside.dirs.Add(1)))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Run runs a subtest in the same sandbox.
func (t *T) Run(name string, f func(t *T)) bool {
	return t.T.Run(name, func(inner *testing.T) { f(&T{inner}) })
}

// runInside is the part of the process that runs the one test.
func runInside(m *testing.M) int {
	report := os.NewFile(3, "report")
	syscall.CloseOnExec(3)
	// No program under test gets to see it, nor what the caller of go test has left open.
	unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	syscall.Umask(0o022)
	if os.Geteuid() != 0 {
		// Without an init, the orphans come to us; so we know of them.
		unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	}
	work := os.Getenv(workVar)
	os.Unsetenv(workVar)
	os.Unsetenv(keepVar)
	inside = &child{report: report, work: work, start: time.Now()}
	if err := os.MkdirAll(filepath.Join(work, "tmp"), 0o755); err != nil {
		return 125
	}
	os.Setenv("TMPDIR", filepath.Join(work, "tmp"))
	code := m.Run()
	killOthers()
	return code
}

// run runs f and reports. The clean-up is registered first, so it comes after all of f's own.
func (c *child) run(t *testing.T, f func(t *T)) {
	c.before = insideState()
	t.Cleanup(func() { c.finish(t) })
	time.AfterFunc(limit(), c.timeUp)
	f(&T{t})
}

// finish looks for leaks, unless the test has failed anyway, and tells the parent how it went.
func (c *child) finish(t *testing.T) {
	if time.Since(c.start) > limit() {
		t.Errorf("time limit: not done after %v; all its programs were killed", limit())
	}
	if !t.Failed() && !t.Skipped() {
		for _, leak := range c.leaks() {
			t.Errorf("leak: %s", leak)
		}
	}
	c.result.Outcome = passed
	switch {
	case t.Failed():
		c.result.Outcome = failed
	case t.Skipped():
		c.result.Outcome = skipped
	}
	if err := json.NewEncoder(c.report).Encode(c.result); err != nil {
		t.Errorf("report to the parent: %v", err)
	}
}

// leaks names what is in the sandbox now and was not when the test began. Dying things die in the background: they are
// given a moment.
func (c *child) leaks() []string {
	return settle(insideGrace, func() []string { return newIn(c.before, insideState()) })
}

// timeUp kills every program in the sandbox but ourselves, again and again, until what waits for them has failed.
func (c *child) timeUp() {
	for range time.Tick(50 * time.Millisecond) {
		killOthers()
	}
}

// limit is how long one sandbox may take. CTRKIT_TIMEOUT (such as 30s) overrides it.
func limit() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("CTRKIT_TIMEOUT")); err == nil {
		return d
	}
	return 120 * time.Second
}
