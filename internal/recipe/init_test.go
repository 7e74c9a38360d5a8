package recipe

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// An init ends as its program does, passes signals on to it, and tells of its failure.
func TestInit(t *testing.T) {
	spawn := func(script string) *Child {
		r := New("test")
		r.Clone3(0)
		r.CloneInit()
		shell(r, script)
		child, err := r.Spawn()
		if err != nil {
			t.Fatal(err)
		}
		return child
	}
	for script, want := range map[string]int{"exit 7": 7, "kill -KILL $$": 137, "sh -c 'exit 3' & exit 0": 0} {
		if status := spawn(script).end(t); status != want {
			t.Errorf("%s: exit status %d, want %d", script, status, want)
		}
	}
	child := spawn("exec sleep 60")
	time.Sleep(50 * time.Millisecond)
	child.Signal(unix.SIGTERM)
	if status := child.end(t); status != 128+15 {
		t.Errorf("exit status %d after SIGTERM", status)
	}
	r := New("test")
	r.Clone3(0)
	r.CloneInit()
	r.Execve("/nosuch", []string{"nosuch"}, nil)
	if _, err := r.Spawn(); err == nil {
		t.Error("a program that is not there was run")
	}
}
