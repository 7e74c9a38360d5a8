package ctrkit_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctrkit/internal/sandbox"
)

// endless is a program that does not end by itself.
var endless = []string{"-c", "echo alive; exec sleep 1000"}

// killed are command lines whose first process is killed while they start.
var killed = map[string][]string{
	"container": append([]string{"ctr-run", "-m", "64M", "--", "/bin/sh"}, endless...),
	"group":     append(strings.Fields("cg-limit --pids 50 --memory 64M -- ns-unshare --all --mount-proc -- /bin/sh"), endless...),
	"network": append(strings.Fields("nat-publish --bridge ctr0 --subnet 10.88.0.0/24 --to 10.88.0.5 -p 8080:80 -p 53:53/udp -- "+
		"ns-unshare --all --mount-proc -- /bin/sh"), endless...),
	"users": append(strings.Fields("ns-unshare --map-root-user --all --boottime 5 --mount-proc --with true -- /bin/sh"), endless...),
	"cable": append(strings.Fields("veth-link --bridge swept --rate 10mbit -- ns-unshare --all --mount-proc -- /bin/sh"), endless...),
	"pipeline": append([]string{
		"ns-unshare", "--all", "--", "ufs-mount", "--machine", "--scratch", "1M", "tree", "--",
		"root-pivot", "--proc", "--sys", "--dev", "tree", "--", "/bin/sh",
	}, endless...),
}

// TestKilledWhileStarting kills at moments that nobody chose. What the sweep does between the lines, this does in the midst
// of them, and in all that a tool does besides: in the clone, in the start of the next tool, in Go's own code.
func TestKilledWhileStarting(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox")
	sandbox.Tools(t)
	for name, argv := range killed {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) { killAtRandom(t, argv) })
		})
	}
}

// killAtRandom kills 100 times between the start and a little after the program's own first words. How long that takes
// depends on what else the machine does, so it is measured all the time: a run that got to its program makes the next one
// die earlier, and the other way round.
func killAtRandom(t *sandbox.T, argv []string) {
	tool, err := exec.LookPath(argv[0])
	if err != nil {
		t.Fatal(err)
	}
	ownGroups(t)
	isRouter(t)
	bridged(t, argv)
	s := &sweep{T: t, argv: argv, tools: filepath.Dir(tool), dir: layersAndRootfs(t), notes: t.TempDir()}
	s.before = takeSnapshot(s.watched()...)
	longest := s.killAfter(func() { s.untilAlive() })
	for _, difference := range s.before.leftByKill(s.watched()...) {
		t.Fatalf("killed when it ran: %s", difference)
	}
	s.collected("killed when it ran")
	early, late := 0, 1
	for range 100 {
		moment := rand.N(longest)
		s.killAfter(func() { time.Sleep(moment) })
		for _, difference := range s.before.leftByKill(s.watched()...) {
			t.Fatalf("killed after %v: %s", moment, difference)
		}
		s.collected(fmt.Sprintf("killed after %v", moment))
		if readText(s.output("stdout")) == "" {
			early++
			longest += longest / 8
		} else {
			late++
			longest -= longest / 8
		}
	}
	t.Logf("killed %d times before the program ran, and %d times after; %d of them left an empty group; the last moment was %v",
		early, late, s.groups, longest)
	if early == 0 {
		t.Errorf("the program always ran before we killed: nothing is proved about the start")
	}
}

// killAfter starts the command line, waits, and kills it. It returns how long it lived.
func (s *sweep) killAfter(wait func()) time.Duration {
	s.Helper()
	begin := time.Now()
	cmd := s.start()
	wait()
	lived := time.Since(begin)
	cmd.Process.Kill()
	cmd.Wait()
	if out := s.outcome(cmd); out.status != 137 || out.stderr != "" {
		s.Fatalf("killed after %v: exit status %d, and it says %q", lived, out.status, out.stderr)
	}
	return lived
}

// untilAlive waits until the program has said something.
func (s *sweep) untilAlive() {
	for end := time.Now().Add(patience); readText(s.output("stdout")) == ""; time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			s.Fatalf("the program does not run: %s", readText(s.output("stderr")))
		}
	}
}
