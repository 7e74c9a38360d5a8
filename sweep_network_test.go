package ctrkit_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// TestSweepNetwork does to programs with a network of their own what TestSweep does to the others. The bridge is shared with
// whoever else comes, so it stays, whatever happens; but each next run finds it fit for use.
func TestSweepNetwork(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox", "ip")
	sandbox.Tools(t)
	faultyTools(t)
	sweepNetwork := func(name, bridge string, part, parts int, argv []string) {
		t.Run(fmt.Sprintf("%s %d", name, part), func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) { networkSweep(t, bridge, part, parts, argv) })
		})
	}
	sweepNetwork("cable", "swept", 0, 1, append(strings.Fields("veth-link --bridge swept --subnet 10.88.0.0/16 --subnet fd00:88::/64 "+
		"--isolated --rate 10mbit --route 10.9.0.0/16 -- ns-unshare --all --hostname box -- sh"), alive...))
	// It has hundreds of lines, and most of them are swept without a network too.
	for part := range 3 {
		sweepNetwork("container", "ctr0", part, 3, append(strings.Fields("ctr-run -p 8080:80 -p 53:53/udp --rate 10mbit "+
			"--add-host far:192.0.2.2 --dns 192.0.2.53 --rootfs rootfs -- sh"), alive...))
	}
}

func networkSweep(t *sandbox.T, bridge string, part, parts int, argv []string) {
	ownGroups(t)
	isRouter(t)
	s := newSweep(t, argv)
	s.part, s.parts, s.quick = part, parts, parts > 1
	runs := 0
	s.stays, s.tidy = true, func() {
		// Now and then the next run has to do with what this one has left.
		if runs++; runs%20 == 0 {
			s.noCables()
			succeed(s.T, "/", "veth-link", "--bridge", bridge, "--subnet", "10.88.0.0/16", "--subnet", "fd00:88::/64", "--",
				"sh", "-c", "busybox ping -q -c 1 -W 2 10.88.0.1 && busybox ping -6 -q -c 1 -W 2 fd00:88::1")
		}
		s.noCables()
		s.noBridge(bridge)
	}
	s.all()
}

// noCables waits until the last cable is gone.
func (s *sweep) noCables() {
	s.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		cables := strings.TrimSpace(succeed(s.T, "/", "ip", "-brief", "link", "show", "type", "veth").stdout)
		if cables == "" {
			return
		}
		if time.Now().After(end) {
			s.Fatalf("cables stay: %s", cables)
		}
	}
}

func (s *sweep) noBridge(name string) {
	if slices.Contains(nftTables(), "ctr-out-"+name) {
		succeed(s.T, "/", "nft", "delete", "table", "inet", "ctr-out-"+name)
	}
	if _, err := os.Stat("/sys/class/net/" + name); err == nil {
		succeed(s.T, "/", "ip", "link", "delete", name)
	}
}

// sweptCables are command lines that plug something into a network and return. A and B are processes with networks of their own.
var sweptCables = map[string]string{
	"target": "veth-link --bridge held --isolated --rate 10mbit --route 10.9.0.0/16 --pid A",
	"pair":   "veth-link --pair A B --subnet 10.5.0.0/30 --subnet fd05::/64 --rate 10mbit --route default",
	"keep":   "veth-link --bridge held --keep swept",
}

// TestSweepCables does the same to cables that lead to somebody who is there already. After a failure they are gone; whoever
// is killed half-way may leave one, which goes with the namespace that it leads to.
func TestSweepCables(t *testing.T) {
	sandbox.Root(t)
	needs(t, "ip")
	sandbox.Tools(t)
	faultyTools(t)
	for name, line := range sweptCables {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) {
				ownGroups(t)
				a, b := networked(t), networked(t)
				succeed(t, "/", "veth-link", "--bridge", "held", "--keep", "first")
				succeed(t, "/", "veth-link", "--forget", "first")
				s := newSweep(t, strings.Fields(strings.NewReplacer("A", strconv.Itoa(a), "B", strconv.Itoa(b)).Replace(line)))
				s.noCables()
				s.before = takeSnapshot(s.watched()...)
				s.cables(a, b)
				s.noBridge("held")
				unix.Unmount("/run/netns", unix.MNT_DETACH)
				os.Remove("/run/netns")
			})
		})
	}
}

// cables sweeps, and looks at both namespaces after each failure.
func (s *sweep) cables(a, b int) {
	s.Helper()
	links := func() string { return linksOf(s.T, a) + linksOf(s.T, b) + fmt.Sprint(namesIn("/run/netns")) }
	before := links()
	s.tidy = func() {
		for _, pid := range []int{a, b} {
			exec.Command("nsenter", "--net=/proc/"+strconv.Itoa(pid)+"/ns/net", "ip", "link", "delete", "eth0").Run()
			exec.Command("nsenter", "--net=/proc/"+strconv.Itoa(pid)+"/ns/net", "ip", "link", "set", "lo", "down").Run()
		}
		exec.Command(filepath.Join(s.tools, "veth-link"), "--forget", "swept").Run()
		s.noCables()
	}
	whole := s.once("")
	if whole.status != 0 || whole.stderr != "" || len(whole.recipes) != 1 {
		s.Fatalf("without a fault: %+v", whole)
	}
	lines := whole.recipes[0].lines
	for line := range lines {
		for _, errno := range errnos {
			s.fails("veth-link", fmt.Sprintf("veth-link:%d:", line), errno)
			if now := links(); now != before {
				s.Fatalf("line %d, %v: there was\n%s\nand there is\n%s", line, errno, before, now)
			}
		}
		s.dies(fmt.Sprintf("veth-link:%d:kill", line))
	}
	s.Logf("%v: %d points fired", whole.recipes, s.fired)
	if want := lines * (len(errnos) + 1); s.fired != want {
		s.Errorf("%d points fired, and there are %d", s.fired, want)
	}
}

// networked starts a process in a network of its own.
func networked(t *sandbox.T) (pid int) {
	t.Helper()
	pid = background(t, "unshare", "--net", "sleep", "1000")
	for end := time.Now().Add(patience); strings.TrimSpace(readText(fmt.Sprintf("/proc/%d/comm", pid))) != "sleep"; {
		if time.Now().After(end) {
			t.Fatal("unshare does not start")
		}
		time.Sleep(time.Millisecond)
	}
	return pid
}

// linksOf are the links of a process.
func linksOf(t *sandbox.T, pid int) string {
	t.Helper()
	return succeed(t, "/", "nsenter", "--net=/proc/"+strconv.Itoa(pid)+"/ns/net", "ip", "-brief", "link").stdout
}
