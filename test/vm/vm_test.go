// Package vm tests the virtual machine itself: that it says of a program what is true, and nothing when it cannot know.
package vm

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctrkit/internal/sandbox"
)

// machine is a run of the virtual machine with some of its variables set. Its files are in a directory of the test's own.
func machine(t *testing.T, variables, program string) *exec.Cmd {
	t.Helper()
	for _, needed := range []string{"qemu-system-x86_64", "busybox"} {
		if _, err := exec.LookPath(needed); err != nil {
			sandbox.Skip(t, "needs "+needed)
		}
	}
	cmd := exec.Command("./run", "/bin/sh", "-c", program)
	// No tools are needed here, so none need to be built.
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir(), "CTRKIT_TOOLS="+t.TempDir(), "VM_TIMEOUT=120")
	cmd.Env = append(cmd.Env, strings.Fields(variables)...)
	return cmd
}

// TestStatus ends programs and machines in every way.
func TestStatus(t *testing.T) {
	machine(t, "", "true").Run() // the first of all fetches the kernel, and says so
	for _, end := range []struct {
		name, variables, program string
		status                   int
		stdout, stderr           string
	}{
		{"well", "", "echo out; echo err >&2; printf 'no end of line'", 0, "out\nerr\nno end of line", ""},
		{"in a failure", "", "echo first; exit 7", 7, "first\n", ""},
		{"by a signal", "", "kill -TERM $$", 143, "", ""},
		{"in a forgery", "", "echo; echo vm-0000000000000000 0; exec busybox poweroff -f", 125, "", "the machine stopped"},
		{"in a panic", "", "echo first; sleep 0.5; echo c >/proc/sysrq-trigger; sleep 9", 125, "first\n", "Kernel panic - "},
		{"never", "VM_TIMEOUT=15", "sleep 1000", 125, "", "time limit: not done after 15s"},
		{"as a user", "VM_USER=1000", "mkdir /sys/fs/cgroup/vm/other; id -u; cat /proc/self/cgroup", 0, "1000\n0::/vm/leaf\n", ""},
		{"as a user alone", "VM_USER=1000 VM_DELEGATE=no", "mkdir /sys/fs/cgroup/vm/other 2>&1", 1, "Permission denied", ""},
		{"without a thing", "VM_APPEND=psi=0", "test -e /proc/pressure", 1, "", ""},
		{"on version 1", "VM_CGROUP=hybrid", "ls -d /sys/fs/cgroup/*/tasks; cat /sys/fs/cgroup/unified/cgroup.procs", 0, "/memory/tasks\n", ""},
	} {
		t.Run(end.name, func(t *testing.T) {
			t.Parallel()
			cmd := machine(t, end.variables, end.program)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			cmd.Run()
			if got := cmd.ProcessState.ExitCode(); got != end.status {
				t.Errorf("status %d, want %d", got, end.status)
			}
			if !strings.Contains(stdout.String(), end.stdout) || end.status == 0 && end.stderr == "" && stderr.Len() > 0 {
				t.Errorf("stdout %q, want %q", stdout.String(), end.stdout)
			}
			if !strings.Contains(stderr.String(), end.stderr) {
				t.Errorf("stderr %q, want %q", stderr.String(), end.stderr)
			}
			if t.Failed() {
				t.Logf("%s%s", stdout.String(), stderr.String())
			}
		})
	}
}

// TestKill kills the runner while the machine runs: QEMU must go with it.
func TestKill(t *testing.T) {
	cmd := machine(t, "", "sleep 1000")
	dir := t.TempDir()
	cmd.Env = append(cmd.Env, "TMPDIR="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if !within(time.Minute, func() bool { return processes("qemu", dir) > 0 }) {
		t.Error("QEMU does not run")
	}
	cmd.Process.Kill()
	cmd.Wait()
	if !within(10*time.Second, func() bool { return processes("", dir) == 0 }) {
		t.Error("something of the machine is left")
	}
}

// processes counts those on whose command lines both words are.
func processes(program, word string) (count int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file)
		if bytes.Contains(line, []byte(program)) && bytes.Contains(line, []byte(word)) {
			count++
		}
	}
	return count
}

func within(patience time.Duration, done func() bool) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return true
		}
	}
	return false
}
