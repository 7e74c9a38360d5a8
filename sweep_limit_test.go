package ctrkit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctrkit/internal/proc"
	"ctrkit/internal/sandbox"
)

// sweptLimits are command lines that put the program into control groups. The name GROUP stands for one that nobody has.
var sweptLimits = map[string][]string{
	"limits": append(strings.Fields("cg-limit --memory 64M --swap 0 --cpus 0.5 --cpuset-cpus 0 --pids 20 --report --report-to /dev/null -- sh"), alive...),
	"named":  append(strings.Fields("cg-limit --name GROUP --pids 20 -- sh"), alive...),
	"chain":  append(strings.Fields("cg-limit --pids 40 -- ns-unshare --all --mount-proc -- sh"), alive...),
}

// TestSweepLimits does to cg-limit what TestSweep does to the other tools. Killed, it may leave its groups, in which nobody
// is; the next run collects them.
func TestSweepLimits(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	faultyTools(t)
	for name, argv := range sweptLimits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) {
				group := newGroupName(t)
				argv = slices.Clone(argv)
				if i := slices.Index(argv, "GROUP"); i >= 0 {
					argv[i] = group
				}
				s := newSweep(t, argv)
				s.tidy = func() { s.collect(); s.remove(group) }
				s.all()
				if s.groups == 0 {
					t.Error("no run has left a group: nothing is proved about what becomes of them")
				}
			})
		})
	}
}

// TestSweepTarget limits a process that runs already. Whatever fails, it lives on, and is where it was.
func TestSweepTarget(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	faultyTools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		group := newGroupName(t)
		target := background(t, "sleep", "1000")
		argv := fmt.Sprintf("cg-limit --pid %d --name %s --memory 64M --pids 20", target, group)
		s := newSweep(t, strings.Fields(argv))
		home := readText(fmt.Sprintf("/proc/%d/cgroup", target))
		s.tidy = func() { comeHome(t, target); s.remove(group) }

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

// newGroupName is a name for a group that is to be found if it is left.
func newGroupName(t *sandbox.T) string {
	id, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		t.Fatal(err)
	}
	return "cg-limit-" + strings.Trim(id, "mnt:[]")
}

// collects lets a run that may leave its groups be followed by another one: a run that was killed, or that was to keep
// them. By then all its processes must be dead.
func (s *sweep) collects(fault string) {
	s.Helper()
	if s.tidy == nil || fault != "" && !strings.Contains(fault, "kill") {
		return
	}
	isGroup := func(difference string) bool { return strings.HasPrefix(difference, "left: control group ") }
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		differences := s.before.compare(takeSnapshot(s.watched()...))
		others := slices.DeleteFunc(slices.Clone(differences), isGroup)
		if len(others) == 0 {
			s.groups += len(differences)
			break
		}
		if time.Now().After(end) {
			s.Fatalf("%s: %s", fault, others)
		}
	}
	s.tidy()
}

// collect runs cg-limit where it has been run before, without a fault.
func (s *sweep) collect() {
	s.Helper()
	i := slices.Index(s.argv, "--")
	succeed(s.T, s.dir, slices.Concat([]string{filepath.Join(s.tools, s.argv[0])}, s.argv[1:i], []string{"--", "true"})...)
}

// remove removes a group with a name, if it is there.
func (s *sweep) remove(group string) {
	s.Helper()
	out := run(s.T, s.dir, filepath.Join(s.tools, "cg-limit"), "--remove", group)
	if out.status != 0 && !strings.HasSuffix(strings.Split(out.stderr, "\n")[0], ": there is none") {
		s.Fatalf("remove %s: %s", group, out.stderr)
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
