package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

//doc:parent

// parent is the directory below which we may make a group that has the controllers.
// In version 1 that is our own group. In version 2 a group either has processes or
// hands controllers on to the groups below it, so our own will mostly not do: then
// it is the one above, beside us.
func (t *tree) parent(need []string, dry bool) (dir string, err error) {
	var first error
	for _, dir := range t.candidates() {
		err := t.suits(dir, need)
		if err == nil || dry {
			return dir, nil
		}
		if first == nil {
			first = err
		}
	}
	return "", first
}

// candidates are the directories that may do, the best first.
func (t *tree) candidates() []string {
	if t.own == "" {
		return []string{t.top}
	}
	if t.version == 1 {
		return []string{t.own}
	}
	list := []string{filepath.Dir(t.own), t.own, t.top}
	if t.own == t.top || t.confined() {
		list = []string{t.own}
	}
	if isRoot(t.own) || onlyUs(t.own) {
		list = slices.Insert(list, 0, t.own)
	}
	return list
}

// confined reports whether our own group has limits. Beside it a new group would not
// have them: what was limited would get out by being limited once more.
func (t *tree) confined() bool {
	if isOurs(filepath.Base(t.own)) {
		return true
	}
	for _, file := range []string{"memory.max", "memory.high", "cpu.max"} {
		if value := words(t.own, file); len(value) > 0 && value[0] != "max" {
			return true
		}
	}
	return len(words(t.own, "io.max")) > 0
}

// isRoot reports whether a group of version 2 is the root of the machine, for which
// the rule about processes does not hold. Only the others have a type.
func isRoot(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "cgroup.type"))
	return errors.Is(err, os.ErrNotExist)
}

// onlyUs reports whether we are the only process of a group, and can leave it.
func onlyUs(dir string) bool {
	return slices.Equal(words(dir, "cgroup.procs"), []string{strconv.Itoa(os.Getpid())})
}

// suits says why a group with the controllers cannot be made below a directory.
func (t *tree) suits(dir string, need []string) error {
	if err := writable(dir); err != nil {
		return t.refused(dir, err)
	}
	if t.version == 1 {
		return nil
	}
	if err := writable(filepath.Join(dir, "cgroup.procs")); err != nil {
		return t.refused(dir, err)
	}
	for _, e := range t.missing(dir, need) {
		file := filepath.Join(e.dir, "cgroup.subtree_control")
		if err := writable(file); err != nil {
			return t.refused(file, err)
		}
		if hasProcesses(e.dir) && !onlyUs(e.dir) {
			return crowded(fmt.Sprintf("enable controller %s in %s", e.controller, e.dir))
		}
	}
	if hasProcesses(dir) && len(words(dir, "cgroup.subtree_control")) > 0 {
		// Some controllers can be enabled all the same, and then the groups below are for
		// threads: no process can be in them.
		return crowded("make control group below " + dir)
	}
	return nil
}

// hasProcesses reports whether a group has processes, and is one to which the rule
// about them applies.
func hasProcesses(dir string) bool { return !isRoot(dir) && len(words(dir, "cgroup.procs")) > 0 }

func crowded(action string) error {
	return &chain.Hinted{
		Err: fmt.Errorf("%s: it has processes: %w", action, unix.EBUSY),
		Hint: "a group either has processes or hands controllers on (no internal processes); " +
			"move them to a group below, or name another with --cgroup-parent",
	}
}

// An enabling is a controller that a directory does not hand on yet.
type enabling struct{ dir, controller string }

// missing lists what is to be enabled, from the top of the tree down, so that the
// groups below dir have the controllers. In version 1 they have them anyway.
func (t *tree) missing(dir string, need []string) (list []enabling) {
	if t.version == 1 {
		return nil
	}
	below, _ := filepath.Rel(t.top, dir)
	levels := []string{t.top}
	for _, name := range strings.FieldsFunc(below, func(r rune) bool { return r == '/' }) {
		if name != "." {
			levels = append(levels, filepath.Join(levels[len(levels)-1], name))
		}
	}
	for _, level := range levels {
		handed := words(level, "cgroup.subtree_control")
		for _, controller := range need {
			if !slices.Contains(handed, controller) {
				list = append(list, enabling{level, controller})
			}
		}
	}
	return list
}

// writable asks the kernel whether we may write, which nothing but an attempt would
// tell better.
func writable(path string) error {
	return unix.Faccessat(unix.AT_FDCWD, path, unix.W_OK, unix.AT_EACCESS)
}

// refused is the error of a directory in which we may not make groups.
func (t *tree) refused(path string, err error) error {
	err = fmt.Errorf("make control group: write %s: %w", path, err)
	switch {
	case errors.Is(err, unix.EROFS):
		return &chain.Hinted{Err: err, Hint: "the tree is mounted read-only, as in most containers: limits are made outside of it"}
	case t.version == 1 && errors.Is(err, unix.EACCES):
		return &chain.Hinted{Err: err, Hint: "this takes root: try sudo. In version 1 a group is delegated by chown, and by no other tool"}
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return &chain.Hinted{
			Err: err,
			Hint: "this group is not delegated to you: try sudo, or " +
				"systemd-run --user --scope -p Delegate=yes -- and then the command",
		}
	}
	return err
}
