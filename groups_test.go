package ctrkit_test

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/proc"
	"ctrkit/internal/sandbox"
)

// A nest is the directory of a control group that a test has for itself in one hierarchy, and the one that it came from.
type nest struct{ dir, inside, from string }

// nests are those of the running test.
var nests []nest

// ownGroups moves the test into groups of its own, with all that it starts. The groups of our tools are made below them
// then, where no other test makes or collects any: what is found there is known to the last directory.
func ownGroups(t *sandbox.T) {
	t.Helper()
	name := "ctr-" + randomHex()
	mounts := proc.Hierarchies(readText("/proc/self/mountinfo"))
	for _, g := range proc.Groups(readText("/proc/self/cgroup")) {
		from, top := g.Dir(mounts)
		if from == "" {
			continue
		}
		n := makeNest(t, g.Hierarchy, top, from, name)
		if err := os.WriteFile(filepath.Join(n.inside, "cgroup.procs"), []byte("0"), 0); err != nil {
			t.Fatal(err)
		}
		nests = append(nests, n)
	}
	if len(nests) == 0 {
		t.Fatal("no control group is in sight")
	}
}

// makeNest makes one group. It has the name of a group that one of our tools makes, and is locked as that is: if we are
// killed, the next run of a tool collects it.
func makeNest(t *sandbox.T, controllers, top, from, name string) nest {
	t.Helper()
	above := from
	if _, err := os.Stat(filepath.Join(from, "cgroup.type")); err == nil {
		above = filepath.Dir(from) // in version 2 our own has processes, so nothing can be below it
	}
	n := nest{dir: filepath.Join(above, name), from: from}
	n.inside = n.dir
	lock, err := lockedGroup(n.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.remove(t, lock) })
	switch {
	case controllers == "":
		handOn(top, n.dir)
		n.inside = filepath.Join(n.dir, "tests")
		if err := os.Mkdir(n.inside, 0o755); err != nil {
			t.Fatal(err)
		}
	case slices.Contains(strings.Split(controllers, ","), "cpuset"):
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			os.WriteFile(filepath.Join(n.dir, file), []byte(readText(filepath.Join(above, file))), 0)
		}
	}
	return n
}

// handOn enables every controller of version 2 in the groups from the top down to one, as far as that is possible.
func handOn(top, dir string) {
	below, _ := filepath.Rel(top, dir)
	level := top
	for _, name := range append([]string{"."}, strings.Split(below, "/")...) {
		level = filepath.Join(level, name)
		for _, controller := range strings.Fields(readText(filepath.Join(level, "cgroup.controllers"))) {
			os.WriteFile(filepath.Join(level, "cgroup.subtree_control"), []byte("+"+controller), 0)
		}
	}
}

// lockedGroup makes a group and locks it. Until then whoever collects may take it away again.
func lockedGroup(dir string) (*os.File, error) {
	for {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, err
		}
		lock, err := os.Open(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
			return nil, err
		}
		if _, err := os.Stat(dir); err == nil {
			return lock, nil
		}
		lock.Close()
	}
}

// isVersion2 reports whether a group of the test would be in the hierarchy of version 2.
func isVersion2(dir string) bool {
	return slices.ContainsFunc(nests, func(n nest) bool { return n.inside != n.dir && strings.HasPrefix(dir, n.dir+"/") })
}

// remove goes back, and removes the group with those that are left below it.
func (n nest) remove(t *sandbox.T, lock *os.File) {
	defer lock.Close()
	os.WriteFile(filepath.Join(n.from, "cgroup.procs"), []byte("0"), 0)
	if err := removed(n.dir); err != nil {
		t.Error(err)
	}
}

// removed removes a group and those below it, when the last processes in them have ended.
func removed(group string) (err error) {
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		err = nil
		for _, dir := range slices.Backward(append([]string{group}, below(group)...)) {
			if e := unix.Rmdir(dir); e != nil && e != unix.ENOENT {
				err = fmt.Errorf("remove %s: %w", dir, e)
			}
		}
		if err == nil || time.Now().After(end) {
			return err
		}
	}
}

// below are the directories below one, those further up first.
func below(dir string) (dirs []string) {
	filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != dir {
			dirs = append(dirs, path)
		}
		return nil
	})
	return dirs
}

// abandon makes a group in each nest that looks as if its holder had been killed, and returns where they are.
func abandon(t *sandbox.T) (dirs []string) {
	t.Helper()
	for _, n := range nests {
		dir := filepath.Join(n.dir, "ctr-00000000dead")
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	return dirs
}

func randomHex() string {
	var id [6]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

// randomName is what a group is called that has no other name.
var randomName = regexp.MustCompile(`ctr-[0-9a-f]{12}`)

// renamed counts the random names in some lines, in the order in which they come up: they differ from run to run, but two
// that are one stay one.
func renamed(lines []string) []string {
	seen := map[string]string{}
	lines = slices.Clone(lines)
	for i, line := range lines {
		lines[i] = randomName.ReplaceAllStringFunc(line, func(name string) string {
			if seen[name] == "" {
				seen[name] = fmt.Sprintf("ctr-%d", len(seen)+1)
			}
			return seen[name]
		})
	}
	return lines
}

func TestRenamed(t *testing.T) {
	one := []string{"mkdir a/ctr-0123456789ab", "rmdir b/ctr-aaaaaaaaaaaa/ctr-0123456789ab", "ctr-run"}
	same := []string{"mkdir a/ctr-bbbbbbbbbbbb", "rmdir b/ctr-0123456789ab/ctr-bbbbbbbbbbbb", "ctr-run"}
	other := []string{"mkdir a/ctr-bbbbbbbbbbbb", "rmdir b/ctr-bbbbbbbbbbbb/ctr-bbbbbbbbbbbb", "ctr-run"}
	if !slices.Equal(renamed(one), renamed(same)) || slices.Equal(renamed(one), renamed(other)) || renamed(one)[2] != "ctr-run" {
		t.Errorf("%q, %q, %q", renamed(one), renamed(same), renamed(other))
	}
}
