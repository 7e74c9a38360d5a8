package ns

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// file writes a file with a text in it.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReadPid(t *testing.T) {
	for text, want := range map[string]int{"1\n": 1, "4194304": 4194304, " 7 \n\n": 7, "0007\n": 7} {
		if pid, err := readPid(file(t, text)); err != nil || pid != want {
			t.Errorf("%q is the pid %d: %v", text, pid, err)
		}
	}
	for _, text := range []string{"", "\n", "0", "-1", "a", "1 2", "1\n2", "1.5", "0x1", "99999999999999999999"} {
		if pid, err := readPid(file(t, text)); err == nil {
			t.Errorf("%q is the pid %d", text, pid)
		}
	}
}

// A number that is no pid is not cut down to one that is.
func TestOpenPid(t *testing.T) {
	me := os.Getpid()
	for _, pid := range []int{0, -1, -me, me + 1<<32, me - 1<<32, me + 1<<40, 1 << 31, -1 << 31} {
		if fd, err := openPid(pid); err == nil {
			t.Errorf("%d is a process: %d", pid, fd)
		}
	}
	if _, err := openPid(me); err != nil {
		t.Error(err)
	}
}

// A process is told from one that had its pid before by when it was started.
func TestStarted(t *testing.T) {
	cmd := exec.Command("sleep", "1000")
	before := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	pid := cmd.Process.Pid
	child := target{pid: pid}
	started, err := child.started()
	const accuracy = 100 * time.Millisecond // of the clock that the kernel writes down, and of the two that are compared
	if err != nil || started.Before(before.Add(-accuracy)) || started.After(time.Now().Add(accuracy)) {
		t.Errorf("it was started between %v and %v, and the kernel says %v: %v", before, time.Now(), started, err)
	}
	young := file(t, strconv.Itoa(pid))
	if err := child.olderThan(young); err != nil {
		t.Error(err)
	}
	for age, older := range map[time.Duration]bool{10 * time.Second: false, -10 * time.Second: true} {
		if err := os.Chtimes(young, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
		if err := child.olderThan(young); (err == nil) != older {
			t.Errorf("a pid written down %v ago: %v", age, err)
		}
	}
}
