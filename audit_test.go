package ctrkit_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// patience is how long dying things are given. They promise to be gone within a second, on a machine with nothing else to do.
const patience = 10 * time.Second

// A snapshot is everything that a container could leave in the sandbox that it was started in.
type snapshot []string

// takeSnapshot looks at the processes, mounts, links and control groups, and at the files below some directories.
func takeSnapshot(dirs ...string) (s snapshot) {
	s = append(s, "host name "+readText("/proc/sys/kernel/hostname"))
	for line := range strings.Lines(readText("/proc/self/mountinfo")) {
		s = append(s, "mount "+line)
	}
	for _, link := range namesIn("/sys/class/net") {
		s = append(s, "link "+link)
	}
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
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		differences = s.compare(takeSnapshot(dirs...))
		if len(differences) == 0 || time.Now().After(end) {
			return differences
		}
	}
}

// compare lists what is left and what is lost. A control group of ours that is lost was left by somebody else, and has been
// collected.
func (s snapshot) compare(now snapshot) []string {
	lost := slices.DeleteFunc(without("lost: ", s, now), func(name string) bool { return strings.Contains(name, "control group ") })
	return append(without("left: ", now, s), lost...)
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

// groups are the control groups that bear a name of ours. They are the machine's, and those of a test that runs beside
// this one are held by a lock.
func groups() (names []string) {
	filepath.WalkDir("/sys/fs/cgroup", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return nil
		}
		if strings.HasPrefix(entry.Name(), "ctr") || strings.HasPrefix(entry.Name(), "cg-limit") {
			if group, err := os.Open(path); err == nil && unix.Flock(int(group.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
				names = append(names, "control group "+path)
				group.Close()
			}
		}
		return nil
	})
	return names
}

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
		dir := t.TempDir()
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
