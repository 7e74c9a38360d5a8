package cgroup

import (
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// prefix begins the names of the groups that are made for one run. They are removed
// when it is over, by the next run if need be.
const prefix = "ctr-"

// A group is a name, and a directory of that name in every tree that it needs.
type group struct {
	name   string
	places []*place
}

// A place is the directory of a group in one tree.
type place struct {
	*tree
	parent string   // the directory above
	dir    string   // the directory itself
	need   []string // the controllers that the group is in this tree for
	fd     int      // the directory, open and locked, or -1
	found  bool     // it was there before us
}

// newName is one that nobody has.
func newName() string {
	var id [6]byte
	// The kernel's own numbers, because Go's would first have to be set up.
	unix.Getrandom(id[:], 0)
	return prefix + hex.EncodeToString(id[:])
}

// at is the place in which a controller acts, or nil. Controllers are named as in
// version 2.
func (g *group) at(controller string) *place {
	var l layout
	for _, p := range g.places {
		l = append(l, p.tree)
	}
	t := l.of(controller)
	for _, p := range g.places {
		if p.tree == t {
			return p
		}
	}
	return nil
}

// isOurs reports whether a name is one of those.
func isOurs(name string) bool {
	id, ok := strings.CutPrefix(name, prefix)
	return ok && len(id) == hex.EncodedLen(6) && strings.Trim(id, "0123456789abcdef") == ""
}

// found reports whether the group was there before us, in any tree.
func (g *group) found() bool {
	return slices.ContainsFunc(g.places, func(p *place) bool { return p.found })
}

// file is the path of a file of the group in this tree.
func (p *place) file(name string) string { return filepath.Join(p.dir, name) }
