package ns

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// joinCgroups records that the program is counted and limited with the target,
// in every hierarchy in which it is not already. See cgroups(7).
func joinCgroups(r *recipe.Recipe, t target) error {
	theirs, err := os.ReadFile(t.proc("cgroup"))
	if err != nil {
		return err
	}
	ours, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return err
	}
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	mounts := hierarchies(string(table))
	for _, g := range groups(string(theirs)) {
		if slices.Contains(groups(string(ours)), g) {
			continue
		}
		dir := g.dir(mounts)
		if dir == "" {
			return fmt.Errorf("join control group %s: no mount shows it in the hierarchy %q", g.path, g.hierarchy)
		}
		// In the new hierarchy a whole process is moved; in the old ones a single
		// thread can be, which is faster.
		file := path.Join(dir, "tasks")
		if g.hierarchy == "" {
			file = path.Join(dir, "cgroup.procs")
		}
		// The group is joined from outside: inside, its directory may not be in sight.
		procs := r.Openat(file, unix.O_WRONLY|unix.O_CLOEXEC, "procs")
		// 0 stands for whoever writes it.
		r.Write(procs, "0")
		// The program has no use for the file.
		r.Close(procs)
	}
	return nil
}

// A group is a control group in a hierarchy: that of some controllers, or the new
// one, "".
type group struct{ hierarchy, path string }

// groups reads /proc/PID/cgroup.
func groups(text string) (list []group) {
	for line := range strings.Lines(text) {
		if fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3); len(fields) == 3 {
			list = append(list, group{fields[1], fields[2]})
		}
	}
	return list
}

// dir is where a group is to be seen, or "". The last mount covers those before it.
func (g group) dir(mounts []hierarchy) (dir string) {
	for _, h := range mounts {
		below, ok := strings.CutPrefix(g.path, strings.TrimSuffix(h.root, "/"))
		if h.is(g.hierarchy) && ok && (below == "" || below[0] == '/') && !strings.Contains(below+"/", "/../") {
			dir = path.Join(h.point, below)
		}
	}
	return dir
}
