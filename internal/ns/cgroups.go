package ns

import (
	"fmt"
	"os"
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"ctrkit/internal/proc"
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
	mounts := proc.Hierarchies(string(table))
	for _, g := range proc.Groups(string(theirs)) {
		if slices.Contains(proc.Groups(string(ours)), g) {
			continue
		}
		dir, _ := g.Dir(mounts)
		if dir == "" {
			return fmt.Errorf("join control group %s: no mount shows it in the hierarchy %q", g.Path, g.Hierarchy)
		}
		// In the new hierarchy a whole process is moved; in the old ones a single
		// thread can be, which is faster.
		file := path.Join(dir, "tasks")
		if g.Hierarchy == "" {
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
