package ctrkit_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// heldBox leaves a process that holds namespaces; HOLDER is the process that it is held for.
const heldBox = "ns-unshare --hold --hold-for HOLDER --map-root-user --all --hostname box --mount-proc --with true"

// TestSweepHolding does to a process that is to hold namespaces what TestSweep does to one that becomes a program. After
// its last line of which we hear it is on its own.
func TestSweepHolding(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	faultyTools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		ownGroups(t)
		holder := background(t, "sleep", "1000")
		s := newSweep(t, strings.Fields(strings.ReplaceAll(heldBox, "HOLDER", strconv.Itoa(holder))))
		lines := s.linesOfAHold()
		for line := range lines {
			for _, errno := range errnos {
				s.fails("ns-unshare", fmt.Sprintf("ns-unshare:%d:", line), errno)
			}
			s.dies(fmt.Sprintf("ns-unshare:%d:kill", line))
			// The first line makes the child, and with the last one it leaves us.
			if line > 0 && line < lines-1 {
				s.killsHeld(fmt.Sprintf("ns-unshare:%d:kill-child", line))
			}
		}
		if want := lines*(len(errnos)+2) - 2; s.fired != want {
			s.Errorf("%d points fired, and there are %d", s.fired, want)
		}
	})
}

// linesOfAHold holds once without a fault, and counts the lines of which we hear.
func (s *sweep) linesOfAHold() int {
	s.Helper()
	log := filepath.Join(s.notes, "log")
	out := s.run("CTRKIT_FAULT_LOG=" + log)
	pid := regexp.MustCompile(`"pid":(\d+)`).FindStringSubmatch(out.stdout)
	var size recipeSize
	if n, _ := fmt.Sscanf(readText(log), "lines %s %d", &size.tool, &size.lines); out.status != 0 || pid == nil || n != 2 {
		s.Fatalf("without a fault: %+v", out)
	}
	held, _ := strconv.Atoi(pid[1])
	unix.Kill(held, unix.SIGTERM)
	for _, difference := range s.before.left(s.watched()...) {
		s.Fatalf("without a fault: %s", difference)
	}
	const unheard = 2 // it waits, and it exits
	return size.lines - unheard
}

// killsHeld kills the child at one line. Nobody may be told of a process that does not live to hold anything.
func (s *sweep) killsHeld(fault string) {
	s.Helper()
	if r := s.once(fault); r.status != 125 || strings.Count(r.stderr, "ns-unshare: error: ") != 1 {
		s.Errorf("%s, %s: exit status %d, and it says %q", fault, r.call, r.status, r.stderr)
	}
}

// swepIn are command lines that join the namespaces of TARGET.
var sweptIn = map[string][]string{
	"in place":   append(strings.Fields("ns-enter --target TARGET --mount --uts --net -- /bin/sh"), alive...),
	"in a child": append(strings.Fields("ns-enter --target TARGET --all --setuid 0 --wd=/ -- /bin/sh"), alive...),
	"in a chain": append(strings.Fields("ns-enter --target TARGET --all -- ns-unshare --uts -- /bin/sh"), alive...),
}

// TestSweepEntering sweeps through ns-enter, which has two recipes: by the first it becomes a copy of itself. To a fault,
// lines of both are the same if they have the same number; so the first lines of the second close descriptors, which we
// leave open for this.
func TestSweepEntering(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox")
	sandbox.Tools(t)
	faultyTools(t)
	for name, argv := range sweptIn {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) {
				ownGroups(t)
				box := background(t, "unshare", "--map-root-user", "-muinpCf", "--kill-child", "sleep", "1000")
				argv = slices.Clone(argv)
				argv[slices.Index(argv, "TARGET")] = (&world{T: t}).asleep(box)
				s := newSweep(t, argv)
				s.files, s.itself = []*os.File{os.Stdin, os.Stdin, os.Stdin}, "ns-enter:2:"
				s.all()
			})
		})
	}
}

// background starts a program, and kills it when the test is over.
func background(t *sandbox.T, argv ...string) (pid int) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd.Process.Pid
}
