package ctrkit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctrkit/internal/proc"
	"ctrkit/internal/sandbox"
)

// TestSweepNamed does to a group with a name what TestSweep does to the others. It stays when its program has ended, and
// when its maker is killed, for that is what a name is for; but not when something has failed.
func TestSweepNamed(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox")
	sandbox.Tools(t)
	faultyTools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		ownGroups(t)
		s := newSweep(t, append(strings.Fields("cg-limit --name kept --pids 20 -- sh"), alive...))
		s.tidy = func() { s.remove("kept") }
		s.all()
	})
}

// TestSweepTarget limits a process that runs already. Whatever fails, it lives on, and is where it was.
func TestSweepTarget(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	faultyTools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		ownGroups(t)
		target := background(t, "sleep", "1000")
		s := newSweep(t, strings.Fields(fmt.Sprintf("cg-limit --pid %d --name kept --memory 64M --pids 20", target)))
		home := readText(fmt.Sprintf("/proc/%d/cgroup", target))
		s.tidy = func() { comeHome(t, target); s.remove("kept") }

		whole := s.once("")
		if whole.status != 0 || whole.stderr != "" || len(whole.recipes) != 1 {
			t.Fatalf("without a fault: %+v", whole)
		}
		lines := whole.recipes[0].lines
		for line := range lines {
			for _, errno := range errnos {
				s.fails("cg-limit", fmt.Sprintf("cg-limit:%d:", line), errno)
				if now := readText(fmt.Sprintf("/proc/%d/cgroup", target)); now != home {
					t.Fatalf("line %d, %v: the process is in\n%s", line, errno, now)
				}
			}
			s.dies(fmt.Sprintf("cg-limit:%d:kill", line))
		}
		t.Logf("%v: %d points fired", whole.recipes, s.fired)
		if want := lines * (len(errnos) + 1); s.fired != want {
			s.Errorf("%d points fired, and there are %d", s.fired, want)
		}
	})
}

// remove removes a group with a name, if it is there, as soon as nobody is in it any more.
func (s *sweep) remove(group string) {
	s.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		out := run(s.T, s.dir, filepath.Join(s.tools, "cg-limit"), "--remove", group)
		if out.status == 0 || strings.Contains(out.stderr, ": there is none\n") {
			return
		}
		if time.Now().After(end) {
			s.Fatalf("remove %s: %s", group, out.stderr)
		}
	}
}

// comeHome moves a process to the groups that we are in.
func comeHome(t *sandbox.T, pid int) {
	t.Helper()
	mounts := proc.Hierarchies(readText("/proc/self/mountinfo"))
	for _, group := range proc.Groups(readText("/proc/self/cgroup")) {
		dir, _ := group.Dir(mounts)
		if dir == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0); err != nil {
			t.Fatal(err)
		}
	}
}
