package proc

import (
	"path"
	"strings"
)

// A Group is a control group in a hierarchy: that of some controllers, or the new
// one, "". Its path is as the reader's cgroup namespace shows it.
type Group struct{ Hierarchy, Path string }

// Groups reads the text of a /proc/PID/cgroup.
func Groups(text string) (list []Group) {
	for line := range strings.Lines(text) {
		if fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3); len(fields) == 3 {
			list = append(list, Group{fields[1], fields[2]})
		}
	}
	return list
}

// Dir is the directory at which a group is to be seen, and the top of the mount that
// shows it; or "". The last mount covers those before it.
func (g Group) Dir(mounts []Hierarchy) (dir, top string) {
	for _, h := range mounts {
		below, ok := strings.CutPrefix(g.Path, strings.TrimSuffix(h.Root, "/"))
		if h.Is(g.Hierarchy) && ok && (below == "" || below[0] == '/') && !strings.Contains(below+"/", "/../") {
			dir, top = path.Join(h.Point, below), h.Point
		}
	}
	return dir, top
}
