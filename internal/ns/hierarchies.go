package ns

import (
	"slices"
	"strconv"
	"strings"
)

// A hierarchy is where one is mounted, and from which group on.
type hierarchy struct {
	root, point string
	options     []string // its controllers among them; none for the new hierarchy
}

// hierarchies reads /proc/PID/mountinfo.
func hierarchies(text string) (list []hierarchy) {
	for line := range strings.Lines(text) {
		mount, fs, _ := strings.Cut(line, " - ")
		where, what := strings.Fields(mount), strings.Fields(fs)
		if len(where) < 5 || len(what) < 3 {
			continue
		}
		h := hierarchy{root: plain(where[3]), point: plain(where[4])}
		switch what[0] {
		case "cgroup":
			h.options = strings.Split(what[2], ",")
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

// is reports whether a mount shows the hierarchy of some controllers. Options of the
// mount itself, such as xattr, stand in the same list.
func (h hierarchy) is(controllers string) bool {
	if controllers == "" || h.options == nil {
		return controllers == "" && h.options == nil
	}
	for controller := range strings.SplitSeq(controllers, ",") {
		if !slices.Contains(h.options, controller) {
			return false
		}
	}
	return true
}
