package ctrkit_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctrkit/internal/sandbox"
)

var stress = flag.Bool("stress", false, "as many containers as make stress wants, and not the few of make test")

// crowd is how many containers are there at once, and how many come one after the other.
func crowd(few, many int) int {
	if *stress {
		return many
	}
	return few
}

// A figure is what was measured, for the table that make stress prints.
func figure(t *sandbox.T, what string, format string, args ...any) {
	t.Helper()
	t.Logf("%-44s %s", what, fmt.Sprintf(format, args...))
}

// full is a container with all that makes work: limits, a cable, a published port, a volume.
func full(port int) []string {
	return []string{
		"ctr-run", "-m", "64M", "--cpus", "1", "--rootfs", "rootfs", "-v", "a:/data:ro", "-p", strconv.Itoa(port) + ":80",
		"--", "/bin/sh", "-c", "echo alive; read line",
	}
}

// TestStressParallel has many containers at once, all of them with limits, cables and ports, and wants each to live, and
// nothing to be left.
func TestStressParallel(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox", "ip", "nft")
	sandbox.Tools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		ownGroups(t)
		isRouter(t)
		dir := layersAndRootfs(t)
		succeed(t, dir, "ctr-run", "--rootfs", "rootfs", "--", "/bin/true") // the bridge, which stays
		(&sweep{T: t}).noCables()
		before := takeSnapshot(dir)
		count := crowd(20, 200)
		began := time.Now()
		var living []*live
		for i := range count {
			living = append(living, begin(t, dir, full(10000+i)))
		}
		for _, l := range living {
			l.untilAlive(t)
		}
		figure(t, "containers at once", "%d, all of them alive after %.2f s", count, time.Since(began).Seconds())
		figure(t, "links, tables, groups", "%d, %d, %d", len(namesIn("/sys/class/net")), len(nftTables()), len(groups()))
		resident, private := 0, 0
		for _, l := range living {
			resident += kilobytes(l.cmd.Process.Pid, "Rss")
			private += kilobytes(l.cmd.Process.Pid, "Private_Dirty")
		}
		figure(t, "each ctr-run, resident and private", "%d kB, %d kB", resident/count, private/count)
		if groups, links := len(groups()), len(namesIn("/sys/class/net")); groups < count || links < count {
			t.Errorf("%d containers have %d groups and %d cables", count, groups, links)
		}
		began = time.Now()
		for _, l := range living {
			l.stdin.Close()
		}
		for _, l := range living {
			l.ends(t)
		}
		figure(t, "all of them ended", "after %.2f s", time.Since(began).Seconds())
		for _, difference := range before.left(dir) {
			t.Error(difference)
		}
	})
}

// TestStressSequence has many containers one after the other, and wants the machine to be the same after each tenth of them:
// as many descriptors, links, groups and rules, and no more memory.
func TestStressSequence(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox", "ip", "nft")
	sandbox.Tools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		ownGroups(t)
		isRouter(t)
		dir := layersAndRootfs(t)
		count := crowd(50, 2000)
		began, first := time.Now(), use{}
		for i := range count {
			l := begin(t, dir, full(8080))
			l.untilAlive(t)
			l.stdin.Close()
			l.ends(t)
			if (i+1)%(count/10) != 0 {
				continue
			}
			now := used(t)
			figure(t, fmt.Sprintf("after %d", i+1), "%s", now)
			if first == (use{}) {
				first = now
			}
			// The kernel frees in the background what a group has used, and keeps some for the next. That is a few MiB, after 50
			// containers as after 2,000, of which a leak of a page each would be more.
			if grown := now.memory - first.memory; grown > int64(crowd(16<<20, 8<<20)) {
				t.Errorf("%d containers later there are %d bytes more: %s, and before %s", i, grown, now, first)
			}
			if now.memory = first.memory; now != first {
				t.Errorf("%d containers later the machine has more: %s, and before %s", i, now, first)
			}
		}
		figure(t, "each container, from start to end", "%.1f ms", time.Since(began).Seconds()*1000/float64(count))
	})
}

// use is what there is of that which containers could leave behind.
type use struct {
	memory                                              int64 // that the kernel counts for us and all whom we have started
	descriptors, links, groups, mounts, elements, rules int
}

func (u use) String() string {
	return fmt.Sprintf("%d kB of memory, %d descriptors, %d links, %d groups, %d mounts, %d lines of rules, %d elements",
		u.memory>>10, u.descriptors, u.links, u.groups, u.mounts, u.rules, u.elements)
}

// used counts when the last container has had time to go.
func used(t *sandbox.T) (u use) {
	t.Helper()
	(&sweep{T: t}).noCables()
	rules := succeed(t, "/", "nft", "list", "ruleset").stdout
	for _, n := range nests {
		for _, file := range []string{"memory.usage_in_bytes", "memory.current"} {
			if bytes, err := strconv.ParseInt(strings.TrimSpace(readText(filepath.Join(n.dir, file))), 10, 64); err == nil {
				u.memory = bytes
			}
		}
	}
	u.descriptors, u.links, u.groups = len(namesIn("/proc/self/fd")), len(namesIn("/sys/class/net")), len(groups())
	u.mounts = strings.Count(readText("/proc/self/mountinfo"), "\n")
	u.rules, u.elements = strings.Count(rules, "\n"), strings.Count(rules, " : ")
	return u
}
