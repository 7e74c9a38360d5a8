package recipe

import (
	"embed"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

//go:embed *.go
var source embed.FS

func init() { Teach("recipe", source) }

// end waits for a child and returns its exit status.
func (c *Child) end(t *testing.T) int {
	t.Helper()
	status, err := c.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

func shell(r *Recipe, script string) {
	// The program of these tests is a shell.
	r.Execve("/bin/sh", []string{"sh", "-c", script}, []string{"PATH=/bin:/usr/bin"})
}

func TestSpawnRunsTheProgram(t *testing.T) {
	r := New("test")
	r.Clone3(0)
	shell(r, "exit 7")
	child, err := r.Spawn()
	if err != nil {
		t.Fatal(err)
	}
	if status := child.end(t); status != 7 {
		t.Errorf("exit status %d, want 7", status)
	}
}

func TestFailureNamesTheLine(t *testing.T) {
	r := New("test")
	r.Clone3(0)
	r.Chdir("/")
	r.Chdir("/nonexistent")
	shell(r, "exit 0")
	_, err := r.Spawn()
	var failure *Failure
	if !errors.As(err, &failure) || failure.Line != 2 || !errors.Is(err, unix.ENOENT) {
		t.Fatalf("got %#v, want ENOENT at line 2", err)
	}
	if got, want := err.Error(), "chdir /nonexistent: no such file or directory"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestToleratedResultsAreSuccess(t *testing.T) {
	r := New("test")
	r.Clone3(0)
	r.Chdir("/nonexistent").Tolerate(unix.ENOENT)
	shell(r, "exit 3")
	child, err := r.Spawn()
	if err != nil {
		t.Fatal(err)
	}
	if status := child.end(t); status != 3 {
		t.Errorf("exit status %d, want 3", status)
	}
}

func TestResultsArePassedOn(t *testing.T) {
	r := New("test")
	r.Clone3(0)
	fd := r.Openat("/usr", unix.O_PATH|unix.O_CLOEXEC, "usr")
	r.Fchdir(fd)
	shell(r, `test "$(pwd -P)" = /usr && test ! -e /proc/self/fd/3`)
	child, err := r.Spawn()
	if err != nil {
		t.Fatal(err)
	}
	if status := child.end(t); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}

func TestOutsideIsDoneInItsPlaceAndUndone(t *testing.T) {
	var events []string
	outside := func(r *Recipe, name string, err error) {
		r.Outside(Outside{
			Name: name,
			Do:   func(pid int) error { events = append(events, name); return err },
			Undo: func() error { events = append(events, "undo "+name); return nil },
		})
	}
	for _, test := range []struct {
		name, dir, events string
		second            error
	}{
		{"a program that ends", "/", "one two undo two undo one", nil},
		{"a line that fails", "/nonexistent", "one two undo two undo one", nil},
		{"outside work that fails", "/", "one two undo one", unix.EBUSY},
	} {
		t.Run(test.name, func(t *testing.T) {
			events = nil
			r := New("test")
			outside(r, "one", nil)
			r.Clone3(0)
			r.Chdir("/")
			outside(r, "two", test.second)
			r.Chdir(test.dir)
			shell(r, "exit 0")
			child, err := r.Spawn()
			if err == nil {
				child.end(t)
			} else if test.second != nil && !errors.Is(err, test.second) {
				t.Errorf("got %v, want %v", err, test.second)
			}
			if got := strings.Join(events, " "); got != test.events {
				t.Errorf("got %q, want %q", got, test.events)
			}
		})
	}
}

func TestTheChildEndsWhenItsParentIsGone(t *testing.T) {
	r := New("test")
	r.Clone3(0)
	nap := &unix.Timespec{Nsec: 50e6}
	r.call("nanosleep", unix.SYS_NANOSLEEP, "", arg{word: uintptr(unsafe.Pointer(nap)), keep: nap}, null)
	r.TellParent()
	shell(r, "exit 0")
	child, socket, err := r.birth()
	if err != nil {
		t.Fatal(err)
	}
	socket.Close()
	// It dies of SIGPIPE, or of EPIPE where that signal is ignored.
	if status := child.end(t); status != 128+int(unix.SIGPIPE) && status != 127 {
		t.Errorf("exit status %d, want that of SIGPIPE", status)
	}
}

func TestExplainInTrueOrder(t *testing.T) {
	var told strings.Builder
	r := New("test")
	r.Narrator = &Narrator{W: &told}
	// The child is a process of its own.
	r.Clone3(0)
	// A loop is told once.
	for range 3 {
		r.Chdir("/")
	}
	shell(r, "exit 0")
	child, err := r.Spawn()
	if err != nil {
		t.Fatal(err)
	}
	child.end(t)
	for _, want := range []string{
		"test        clone3({flags=CLONE_PIDFD|CLONE_CLEAR_SIGHAND, exit_signal=SIGCHLD}, 88)",
		"... 2 more",
		`execve("/bin/sh", ["sh", "-c", "exit 0"], [/* 1 variables */])`,
		"The program of these tests is a shell.",
	} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, told.String())
		}
	}
}

func TestSpawnManyTimesAtOnce(t *testing.T) {
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			runtime.LockOSThread()
			for range 500 {
				r := New("test")
				r.Clone3(0)
				r.Umask(0o22)
				r.TellParent()
				r.Execve("/nonexistent/true", []string{"true"}, nil).Tolerate(NotThere...)
				r.Execve("/bin/true", []string{"true"}, nil)
				child, err := r.Spawn()
				if err != nil {
					t.Error(err)
					return
				}
				if status := child.end(t); status != 0 {
					t.Errorf("exit status %d", status)
				}
			}
		})
	}
	group.Wait()
}

// The child runs in a copy of whatever the compiler made of fork.go, so other
// builds of it are other programs: without optimisation frames are larger, and
// the race detector instruments what it is not told to leave alone.
func TestForkInOtherBuilds(t *testing.T) {
	if os.Getenv("RECIPE_OTHER_BUILD") != "" {
		return // this is the other build
	}
	for _, flags := range []string{"-race", "-gcflags=all=-N -l"} {
		t.Run(flags, func(t *testing.T) {
			cmd := exec.Command("go", "test", flags, "-count=1", "-run", "Spawn|Results|Outside", ".")
			cmd.Env = append(os.Environ(), "RECIPE_OTHER_BUILD=1", "GOGC=1", "CGO_ENABLED=1")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestASecondChildTakesTheFirstOnesPlace(t *testing.T) {
	for range 100 {
		r := New("test")
		r.Clone3(0)
		r.Chdir("/")
		r.CloneAgain(0)
		pid := 0
		r.Outside(Outside{Name: "look", Do: func(p int) error { pid = p; return nil }})
		shell(r, "exit 9")
		child, err := r.Spawn()
		if err != nil {
			t.Fatal(err)
		}
		if pid != child.Pid {
			t.Fatalf("outside work was done to %d, the child is %d", pid, child.Pid)
		}
		if status := child.end(t); status != 9 {
			t.Fatalf("exit status %d, want 9", status)
		}
	}
	if _, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); err != unix.ECHILD {
		t.Errorf("a first child was not waited for: %v", err)
	}
}

func TestAChildCanLeaveAndWait(t *testing.T) {
	r := New("test")
	r.Clone3(0)
	signals := r.Signalfd("signals", unix.SIGTERM)
	r.BlockSignals(unix.SIGTERM)
	r.Dup3(signals, 0)
	r.LeaveParent()
	r.Ppoll("[{signals}]", 0)
	r.Exit(4)
	child, err := r.Spawn()
	if err != nil {
		t.Fatal(err)
	}
	child.Signal(unix.SIGTERM)
	if status := child.end(t); status != 4 {
		t.Errorf("exit status %d, want 4", status)
	}
}

// What a call has found may be as bad as a failure, in a child and in place.
func TestARefusedFindingIsAFailure(t *testing.T) {
	for dir, want := range map[string]error{"/proc": unix.EPERM, "/": nil} {
		r := New("test")
		r.Clone3(0)
		fd := r.Openat(dir, unix.O_PATH|unix.O_CLOEXEC, "at")
		r.FstatfsNotProc(fd)
		shell(r, "exit 0")
		child, err := r.Spawn()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", dir, err, want)
		}
		if err == nil {
			child.end(t)
		}
		r = New("test")
		r.FstatfsNotProc(r.Openat(dir, unix.O_PATH|unix.O_CLOEXEC, "at"))
		if err := r.Run(); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", dir, err, want)
		}
	}
}
