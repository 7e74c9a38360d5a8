package ns

import (
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// joinCgroups records that the program is counted and limited with the target,
// in every hierarchy in which it is not already. See cgroups(7).
func joinCgroups(r *recipe.Recipe, t target) error {
	theirs, err := groups(t.proc("cgroup"))
	if err != nil {
		return err
	}
	mine, err := groups("/proc/self/cgroup")
	if err != nil {
		return err
	}
	mounts, err := cgroupMounts()
	if err != nil {
		return err
	}
	for hierarchy, group := range theirs {
		if mine[hierarchy] == group {
			continue
		}
		at, ok := mounts[hierarchy]
		if !ok {
			return fmt.Errorf("join control group %s of %q: that hierarchy is not mounted", group, hierarchy)
		}
		// In the new hierarchy a whole process is moved; in the old ones a single
		// thread can be, which is faster.
		file := path.Join(at, group, "tasks")
		if hierarchy == "" {
			file = path.Join(at, group, "cgroup.procs")
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

// groups reads which group a process is in, by hierarchy: the controllers of an
// old one, "" for the new one.
func groups(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) == 3 {
			m[fields[1]] = fields[2]
		}
	}
	return m, nil
}

// cgroupMounts says where each hierarchy is mounted. See proc_pid_mountinfo(5).
func cgroupMounts() (map[string]string, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	m := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		mount, fs, _ := strings.Cut(line, " - ")
		point, kind := strings.Fields(mount), strings.Fields(fs)
		if len(point) < 5 || len(kind) < 3 {
			continue
		}
		switch kind[0] {
		case "cgroup2":
			m[""] = point[4]
		case "cgroup":
			// Options of the mount and names of the controllers stand in one list.
			for controllers := range strings.SplitSeq(strings.TrimPrefix(kind[2], "rw,"), " ") {
				m[controllers] = point[4]
			}
		}
	}
	return m, nil
}
