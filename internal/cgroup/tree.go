package cgroup

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/proc"
)

// A tree is a hierarchy of control groups, as far as we can see it.
type tree struct {
	version     int      // of the interface, 1 or 2
	controllers []string // that act on it, as its version calls them
	top         string   // the directory where it is mounted
	own         string   // the directory of the group of the process we looked for, or ""
}

// A layout is the trees of a machine, from the point of view of a process.
type layout []*tree

// look reads the layout. The process is a number, or "self".
func look(process string) (layout, error) {
	table, err := read("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	text, err := read("/proc/" + process + "/cgroup")
	if err != nil {
		return nil, fmt.Errorf("find control groups of process %s: %w", process, gone(err))
	}
	mounts := proc.Hierarchies(table)
	var l layout
	for _, g := range proc.Groups(text) {
		if t := treeOf(g, mounts); t != nil {
			l = append(l, t)
		}
	}
	return l, nil
}

// treeOf finds where the hierarchy of a group is mounted, if it is.
func treeOf(g proc.Group, mounts []proc.Hierarchy) *tree {
	t := &tree{version: 1, controllers: strings.Split(g.Hierarchy, ",")}
	t.own, t.top = g.Dir(mounts)
	if t.top == "" {
		// Our own group is out of sight, but the tree may be mounted.
		for _, h := range mounts {
			if h.Is(g.Hierarchy) {
				t.top = h.Point
			}
		}
	}
	if t.top == "" {
		return nil
	}
	if g.Hierarchy == "" {
		t.version, t.controllers = 2, words(t.top, "cgroup.controllers")
	}
	return t
}

// old is what version 1 calls a controller of version 2. What it has under two
// names, the limit of processors and the counting of their time, are two here.
func old(controller string) string {
	if controller == "io" {
		return "blkio"
	}
	return controller
}

// of is the tree on which a controller acts, or nil. Controllers are named as in
// version 2. Two of version 1 are not controllers there, but part of every group:
// the freezer, and the counting of processor time.
func (l layout) of(controller string) *tree {
	var two *tree
	for _, t := range l {
		if t.version == 1 && slices.Contains(t.controllers, old(controller)) {
			return t
		}
		if t.version == 2 && (isCore(controller) || slices.Contains(t.controllers, controller)) {
			two = t
		}
	}
	return two
}

// isCore reports whether version 2 has a controller in every group.
func isCore(controller string) bool {
	return controller == "freezer" || controller == "cpuacct" || controller == "cgroup"
}

// gone is the error of a file in /proc in the words of processes.
func gone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return unix.ESRCH
	}
	return err
}
