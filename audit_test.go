package ctrkit_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// patience is how long dying things are given. They promise to be gone within a second, on a machine with nothing else to do.
const patience = 10 * time.Second

// A snapshot is everything that a container could leave in the sandbox that it was started in.
type snapshot []string

// takeSnapshot looks at the processes, mounts, links, packet rules and control groups, and at the files below some directories.
func takeSnapshot(dirs ...string) (s snapshot) {
	s = append(s, "host name "+readText("/proc/sys/kernel/hostname"))
	for line := range strings.Lines(readText("/proc/self/mountinfo")) {
		s = append(s, "mount "+line)
	}
	for _, link := range namesIn("/sys/class/net") {
		s = append(s, "link "+link)
	}
	for _, table := range nftTables() {
		s = append(s, "table "+table)
	}
	s = append(s, "router "+readText("/proc/sys/net/ipv4/ip_forward"))
	for _, name := range namesIn("/proc") {
		if strings.Trim(name, "0123456789") == "" {
			s = append(s, fmt.Sprintf("process %s (%s)", name, strings.TrimSpace(readText("/proc/"+name+"/comm"))))
		}
	}
	for _, dir := range dirs {
		s = append(s, filesBelow(dir)...)
	}
	return append(s, groups()...)
}

// left is what is there now and was not, or was and is not, after everything has had time to die.
func (s snapshot) left(dirs ...string) (differences []string) {
	return s.leftBut(func(string) bool { return false }, dirs...)
}

// leftByKill is what is left besides empty control groups: nobody was there to remove them, and the next run does.
func (s snapshot) leftByKill(dirs ...string) (differences []string) {
	return s.leftBut(func(difference string) bool { return strings.HasPrefix(difference, "left: "+emptyGroup) }, dirs...)
}

func (s snapshot) leftBut(expected func(string) bool, dirs ...string) (differences []string) {
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		differences = slices.DeleteFunc(s.compare(takeSnapshot(dirs...)), expected)
		if len(differences) == 0 || time.Now().After(end) {
			return differences
		}
	}
}

// compare lists what is left and what is lost.
func (s snapshot) compare(now snapshot) []string {
	return append(without("left: ", now, s), without("lost: ", s, now)...)
}

// without lists what is in the first snapshot and not in the second.
func without(prefix string, first, second snapshot) (names []string) {
	for _, name := range first {
		if !slices.Contains(second, name) {
			names = append(names, prefix+name)
		}
	}
	return names
}

// filesBelow names the files of a tree with what a stray write to one of them would change.
func filesBelow(dir string) (names []string) {
	filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		var stat unix.Stat_t
		switch {
		case err != nil || unix.Lstat(path, &stat) != nil:
		case entry.IsDir():
			// What changes in a directory is seen by the names in it.
			names = append(names, fmt.Sprintf("directory %s mode %o", path, stat.Mode))
		default:
			names = append(names, fmt.Sprintf("file %s mode %o size %d changed %d", path, stat.Mode, stat.Size, stat.Mtim.Nano()))
		}
		return nil
	})
	return names
}

// groups are the control groups below those that the test has for itself, with the processes in them.
func groups() (names []string) {
	if len(nests) == 0 {
		panic("a test that looks for groups that are left needs groups of its own")
	}
	for _, n := range nests {
		for _, dir := range below(n.dir) {
			if dir == n.inside {
				continue
			}
			processes := strings.Fields(readText(filepath.Join(dir, "cgroup.procs")))
			if len(processes) == 0 {
				names = append(names, emptyGroup+dir)
			} else {
				names = append(names, fmt.Sprintf("control group of processes %s: %s", strings.Join(processes, ", "), dir))
			}
		}
	}
	return names
}

// nftTables are the names of the tables of packet rules.
func nftTables() (names []string) {
	tables, err := (&nftables.Conn{}).ListTables()
	if err != nil {
		return []string{err.Error()}
	}
	for _, table := range tables {
		names = append(names, table.Name)
	}
	return names
}

const emptyGroup = "empty control group "

func namesIn(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func readText(file string) string {
	text, _ := os.ReadFile(file)
	return string(text)
}

// TestSnapshot leaves a thing of each kind behind, and looks whether that is noticed.
func TestSnapshot(t *testing.T) {
	sandbox.Root(t)
	needs(t, "ip")
	sandbox.Run(t, func(t *sandbox.T) {
		ownGroups(t)
		dir := t.TempDir()
		group := filepath.Join(nests[0].dir, "ctr-group")
		file := filepath.Join(dir, "file")
		write := func(content string) error { return os.WriteFile(file, []byte(content), 0o644) }
		sleeper := exec.Command("sleep", "1000")
		for _, thing := range []struct {
			want     string
			do, undo func() error
		}{
			{"left: file " + file, func() error { return write("a") }, func() error { return nil }},
			{"lost: file " + file, func() error { return write("bc") }, func() error { return os.Remove(file) }},
			{"left: directory " + file, func() error { return os.Mkdir(file, 0o755) }, func() error { return os.Remove(file) }},
			{"left: mount ", func() error { return unix.Mount("x", dir, "tmpfs", 0, "") }, func() error { return unix.Unmount(dir, 0) }},
			{"left: process ", sleeper.Start, func() error { sleeper.Process.Kill(); sleeper.Wait(); return nil }},
			{
				"left: host name other", func() error { return unix.Sethostname([]byte("other")) },
				func() error { return unix.Sethostname([]byte("host")) },
			},
			{
				"left: " + emptyGroup + group, func() error { return unix.Mkdir(group, 0o755) },
				func() error { return unix.Rmdir(group) },
			},
			{
				"left: control group of processes", func() error {
					return exec.Command("sh", "-c", `mkdir "$0"; sleep 1000 & echo $! >"$0/cgroup.procs"; echo $! >"$1"`, group, file).Run()
				}, func() error {
					pid, _ := strconv.Atoi(strings.TrimSpace(readText(file)))
					unix.Kill(pid, unix.SIGKILL)
					os.Remove(file)
					return removed(group)
				},
			},
			{
				"left: table extra", exec.Command("nft", "add table inet extra").Run,
				exec.Command("nft", "delete table inet extra").Run,
			},
			{
				"left: link extra", exec.Command("ip", "link", "add", "extra", "type", "bridge").Run,
				exec.Command("ip", "link", "delete", "extra").Run,
			},
		} {
			before := takeSnapshot(dir)
			if err := thing.do(); err != nil {
				t.Fatalf("%s: %v", thing.want, err)
			}
			differences := before.compare(takeSnapshot(dir))
			if !slices.ContainsFunc(differences, func(d string) bool { return strings.HasPrefix(d, thing.want) }) {
				t.Errorf("nobody notices %q: %q", thing.want, differences)
			}
			if err := thing.undo(); err != nil {
				t.Fatalf("%s: %v", thing.want, err)
			}
		}
	})
}
