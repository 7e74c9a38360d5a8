package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// find finds a group that somebody made. It is named in one of three ways: by the
// pid of a process in it; by a path, which begins with a slash; or by a name, which
// is looked for wherever groups are made.
func find(l layout, name string) (*group, error) {
	switch {
	case name == "" || slices.ContainsFunc(strings.Split(name, "/"), dots):
		return nil, &chain.Hinted{
			Err:  fmt.Errorf("find control group %q: it is no name", name),
			Hint: "a group is named by a pid, by a path without . and .., or as its directory is",
		}
	case strings.Trim(name, "0123456789") == "":
		return l.groupsOf(name)
	case strings.HasPrefix(name, "/"):
		return byPath(l, name)
	}
	return byName(l, name)
}

func dots(element string) bool { return element == "." || element == ".." }

// groupsOf is where a process is in every tree.
func (l layout) groupsOf(pid string) (*group, error) {
	if err := chain.OwnProc(); err != nil {
		return nil, err
	}
	theirs, err := look(pid)
	if errors.Is(err, unix.ESRCH) {
		err = &chain.Hinted{Err: err, Hint: "it has ended, or its pid belongs to another pid namespace"}
	}
	if err != nil {
		return nil, err
	}
	g := &group{name: "process " + pid}
	for _, t := range theirs {
		g.add(l.holding(t.own), t.own)
	}
	return g.orNone("it is in none that can be seen from here")
}

// byPath is the group at a path: the path of a directory where a tree is mounted, or
// the path inside the trees, which is the one that /proc/PID/cgroup has.
func byPath(l layout, name string) (*group, error) {
	g := &group{name: name}
	// A controller may be known by a symbolic link to the one that it is mounted with.
	dir, err := filepath.EvalSymlinks(name)
	if t := l.holding(dir); t != nil && err == nil {
		g.add(t, dir)
		return g.orNone("it is no directory")
	}
	for _, t := range l {
		g.add(t, filepath.Join(t.top, name))
	}
	return g.orNone("there is none")
}

// holding is the tree that a directory is in, or nil.
func (l layout) holding(dir string) (holder *tree) {
	for _, t := range l {
		below := strings.HasPrefix(dir+"/", t.top+"/")
		if below && (holder == nil || len(t.top) > len(holder.top)) {
			holder = t
		}
	}
	return holder
}

// byName is the group of that name below our own one, beside it, or at the top. Those
// are the places in which groups are made.
func byName(l layout, name string) (*group, error) {
	g := &group{name: name}
	for _, t := range l {
		for _, parent := range t.parents() {
			if g.add(t, filepath.Join(parent, name)) {
				break
			}
		}
	}
	if len(g.places) == 0 {
		return nil, &chain.Hinted{
			Err:  fmt.Errorf("find control group %s: there is none", name),
			Hint: "a name is looked for where we may make groups; cg-stat --tree lists all, by their path",
		}
	}
	return g, nil
}

// parents are the directories in which a group may be made, the likeliest first.
func (t *tree) parents() []string {
	if t.own == "" || t.own == t.top {
		return []string{t.top}
	}
	return slices.Compact([]string{t.own, filepath.Dir(t.own), t.top})
}

// add adds the place of a group in a tree, if it is there.
func (g *group) add(t *tree, dir string) bool {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	g.places = append(g.places, &place{tree: t, parent: filepath.Dir(dir), dir: dir, fd: -1, found: true})
	return true
}

// orNone is the group, or an error if it is nowhere.
func (g *group) orNone(why string) (*group, error) {
	if len(g.places) > 0 {
		return g, nil
	}
	return nil, &chain.Hinted{
		Err:  fmt.Errorf("find control group %s: %s", g.name, why),
		Hint: "cg-stat --tree lists those that there are",
	}
}

// vanished reports whether the group is gone from every tree.
func (g *group) vanished() bool {
	return !slices.ContainsFunc(g.places, func(p *place) bool {
		_, err := os.Stat(p.dir)
		return err == nil
	})
}
