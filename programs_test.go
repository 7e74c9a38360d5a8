package ctrkit_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ctrkit/internal/sandbox"
)

// needs skips a test where a program is missing that it cannot do without.
func needs(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			sandbox.Skip(t, "needs "+program)
		}
	}
}

// An outcome is what a program left: its output and its exit status.
type outcome struct {
	stdout, stderr string
	status         int
}

// run runs a program to its end in a directory.
func run(t testing.TB, dir string, argv ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	cmd.Env = append(os.Environ(), "PWD="+dir)
	// A process that is left over must not keep us waiting.
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// succeed is run, and wants the exit status 0.
func succeed(t testing.TB, dir string, argv ...string) outcome {
	t.Helper()
	out := run(t, dir, argv...)
	if out.status != 0 {
		t.Fatalf("%s: exit status %d\n%s%s", strings.Join(argv, " "), out.status, end(out.stdout), end(out.stderr))
	}
	return out
}

// end is the end of a long text.
func end(text string) string { return text[max(0, len(text)-2000):] }

// straced runs a program under strace, which sees every call of every thread. The soft limit of open files is below the
// hard one, as it is on most machines.
func straced(t *sandbox.T, dir string, argv []string) (outcome, []*traced) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "trace")
	lowered := []string{"sh", "-c", `ulimit -Sn 256; exec "$@"`, "sh"}
	strace := []string{"strace", "-f", "-qq", "-s", "65536", "-o", log, "--"}
	out := succeed(t, dir, slices.Concat(lowered, strace, argv)...)
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	trace, err := parseTrace(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return out, trace
}

// makeRootfs makes a root file system of one program with many names.
func makeRootfs(t *sandbox.T, dir string) {
	t.Helper()
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Fatalf("a root file system is made of busybox: %v", err)
	}
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	copyFile(t, busybox, filepath.Join(bin, "busybox"))
	for _, name := range []string{"sh", "true"} {
		if err := os.Symlink("busybox", filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func copyFile(t *sandbox.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err == nil {
		_, err = io.Copy(out, in)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
