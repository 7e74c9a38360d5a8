package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Condition answers the conditions that scripts and chapters put in brackets.
func Condition(cond string) (bool, error) {
	name, arg, _ := strings.Cut(cond, ":")
	switch name {
	case "root":
		return os.Geteuid() == 0, nil
	case "vm":
		return os.Getenv("CTRKIT_VM") != "", nil
	case "exec":
		_, err := exec.LookPath(arg)
		return err == nil, nil
	case "kernel":
		return kernelAtLeast(arg)
	case "cgroup1", "cgroup2":
		return hasController(name, arg), nil
	}
	return false, fmt.Errorf("unknown condition")
}

// kernelAtLeast compares the first two numbers of the release.
func kernelAtLeast(want string) (bool, error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return false, err
	}
	var major, minor, wantMajor, wantMinor int
	if _, err := fmt.Sscanf(want, "%d.%d", &wantMajor, &wantMinor); err != nil {
		return false, fmt.Errorf("want a version such as 6.7")
	}
	if _, err := fmt.Sscanf(unix.ByteSliceToString(uts.Release[:]), "%d.%d", &major, &minor); err != nil {
		return false, err
	}
	return major > wantMajor || major == wantMajor && minor >= wantMinor, nil
}

// hasController looks for a controller: in version 1 it is a mount option, in version 2 a word in a file of our group.
func hasController(version, controller string) bool {
	data, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		sep := slices.Index(f, "-")
		switch fsType := f[sep+1]; {
		case version == "cgroup1" && fsType == "cgroup":
			if slices.Contains(strings.Split(f[sep+3], ","), controller) {
				return true
			}
		case version == "cgroup2" && fsType == "cgroup2":
			words, _ := os.ReadFile(filepath.Join(f[4], ownGroup(), "cgroup.controllers"))
			if controller == "" || slices.Contains(strings.Fields(string(words)), controller) {
				return true
			}
		}
	}
	return false
}

// ownGroup is our place in the version 2 tree.
func ownGroup() string {
	data, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(data)) {
		if path, ok := strings.CutPrefix(line, "0::"); ok {
			return strings.TrimSpace(path)
		}
	}
	return "/"
}
