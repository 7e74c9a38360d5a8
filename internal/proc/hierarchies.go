// Package proc reads what the kernel tells of a process in /proc. It changes
// nothing, and knows no mechanism: more than one of them begins by asking where a
// process is.
package proc

import (
	"slices"
	"strconv"
	"strings"
)

// A Hierarchy is a tree of control groups as it is mounted somewhere: the group
// Root and those below it are the directory Point and those below it. See
// cgroups(7).
type Hierarchy struct {
	Root, Point string
	Options     []string // its controllers among them; none for the new hierarchy
}

// Hierarchies reads the control group hierarchies in a text of /proc/PID/mountinfo,
// in their order: a later mount covers an earlier one.
func Hierarchies(text string) (list []Hierarchy) {
	for line := range strings.Lines(text) {
		mount, fs, _ := strings.Cut(line, " - ")
		where, what := strings.Fields(mount), strings.Fields(fs)
		if len(where) < 5 || len(what) < 3 {
			continue
		}
		h := Hierarchy{Root: plain(where[3]), Point: plain(where[4])}
		switch what[0] {
		case "cgroup":
			h.Options = strings.Split(what[2], ",")
			list = append(list, h)
		case "cgroup2":
			list = append(list, h)
		}
	}
	return list
}

// plain is a path of mountinfo without its escapes: \040 is a space.
func plain(path string) string {
	parts := strings.Split(path, `\`)
	for i, part := range parts[1:] {
		if len(part) < 3 {
			continue
		}
		if code, err := strconv.ParseUint(part[:3], 8, 8); err == nil {
			parts[i+1] = string([]byte{byte(code)}) + part[3:]
		}
	}
	return strings.Join(parts, "")
}

// Is reports whether a mount shows the hierarchy of some controllers, which are
// separated by commas; none are the new hierarchy. Options of the mount itself,
// such as xattr, stand in the same list.
func (h Hierarchy) Is(controllers string) bool {
	if controllers == "" || h.Options == nil {
		return controllers == "" && h.Options == nil
	}
	for controller := range strings.SplitSeq(controllers, ",") {
		if !slices.Contains(h.Options, controller) {
			return false
		}
	}
	return true
}
