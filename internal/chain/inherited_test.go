package chain

import (
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// What a program would inherit is what was handed to us, and nothing that we have opened ourselves.
func TestInherited(t *testing.T) {
	own, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	handed, err := unix.Dup(int(own.Fd())) // without O_CLOEXEC, as from a shell
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(handed)
	fds, err := Inherited()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(fds, handed) || slices.Contains(fds, int(own.Fd())) || slices.ContainsFunc(fds, func(fd int) bool { return fd < 3 }) {
		t.Errorf("%d was handed to us, %d is our own, and the list is %v", handed, own.Fd(), fds)
	}
}

// A program that is not ours gets to see nothing of what our tools tell one another.
func TestForeign(t *testing.T) {
	t.Setenv("CTRKIT_HOME", "/x")
	t.Setenv("CTRKIT_EXPLAIN", "text")
	t.Setenv("NOT_CTRKIT_HOME", "kept")
	env := (&program{env: os.Environ()}).foreign()
	if !slices.Contains(env, "NOT_CTRKIT_HOME=kept") || len(env) != len(os.Environ())-2 {
		t.Error(env)
	}
}

func TestExitStatus(t *testing.T) {
	for wait, want := range map[unix.WaitStatus]int{0: 0, 7 << 8: 7, 255 << 8: 255, 15: 143, 9: 137, 6 | 0x80: 134} {
		if got := exitStatus(wait); got != want {
			t.Errorf("%#x is status %d, want %d", wait, got, want)
		}
	}
}
