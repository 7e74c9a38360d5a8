package sandbox

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// machineState names what a suite could leave behind on the machine: the work of tools that got out of their sandbox,
// and what no namespace contains, which is cgroups.
func machineState(toolsDir string) []string {
	return slices.Concat(mounts(), links(), namedNamespaces(), nftTables(), cgroups("/sys/fs/cgroup"), processesOf(toolsDir))
}

// cgroups are the directories below root that carry one of our names. One that is locked has a living holder, perhaps of
// a suite that runs beside this one: it is not left behind.
func cgroups(root string) []string {
	var found []string
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		ours := strings.HasPrefix(d.Name(), "ctr") || strings.HasPrefix(d.Name(), "cg-limit")
		if ours && !locked(path) {
			found = append(found, "cgroup "+path)
		}
		return nil
	})
	return found
}

func locked(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return true
	}
	defer f.Close()
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil
}

// nextRun does what is promised of a tool that was killed: the group that it has left goes with the next run. A group that
// is there after that is a leak.
func (s *suiteState) nextRun() {
	cgLimit := filepath.Join(s.toolsDir(), "cg-limit")
	if _, err := os.Stat(cgLimit); err != nil || os.Geteuid() != 0 {
		return
	}
	exec.Command(cgLimit, "--report", "--report-to", "/dev/null", "--pids", "100", "--", "true").Run()
}

// processesOf are the processes whose program was started from dir.
func processesOf(dir string) []string {
	exes, _ := filepath.Glob("/proc/[0-9]*/exe")
	var found []string
	for _, exe := range exes {
		if path, err := os.Readlink(exe); err == nil && strings.HasPrefix(path, dir+"/") {
			found = append(found, fmt.Sprintf("process %s: %s", filepath.Base(filepath.Dir(exe)), path))
		}
	}
	return found
}
