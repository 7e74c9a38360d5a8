package ufs

import (
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// private are the directories of the machine that belong to its users and its
// running programs. Programs do not need them, and a container must not read them.
var private = []string{"/root", "/home", "/run", "/tmp"}

// needed are the directories from which programs are run. Where one of them is a
// mount of its own, an overlay of "/" shows the empty directory below it.
var needed = []string{"/bin", "/etc", "/gnu", "/lib", "/lib32", "/lib64", "/nix", "/opt", "/sbin", "/usr"}

type directory struct {
	name string
	mode uint32
}

// machine is the machine's own tree: its root, and each mount that programs need.
func machine() ([]overlay, error) {
	root := overlay{lower: []string{"/"}}
	for _, name := range private {
		var info unix.Stat_t
		if unix.Lstat(name, &info) == nil && info.Mode&unix.S_IFMT == unix.S_IFDIR {
			root.empty = append(root.empty, directory{name, info.Mode & 0o7777})
		}
	}
	overlays := []overlay{root}
	mounts, err := mountPoints()
	for _, at := range mounts {
		if wanted(at) {
			overlays = append(overlays, overlay{at: at, lower: []string{at}, because: at + " is a mount of its own"})
		}
	}
	return overlays, err
}

// wanted reports whether a mount holds what programs need: a directory, in one of
// the directories from which they are run, or /var.
func wanted(at string) bool {
	inNeeded := func(dir string) bool { return within(at, dir) }
	if at != "/var" && !slices.ContainsFunc(needed, inNeeded) {
		return false
	}
	info, err := os.Stat(at)
	return err == nil && info.IsDir()
}

// mountPoints lists the mount points of our mount namespace in the order in which
// they were mounted, each once. See proc_pid_mountinfo(5).
func mountPoints() (points []string, err error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		if point := unescape.Replace(fields[4]); !slices.Contains(points, point) {
			points = append(points, point)
		}
	}
	return points, err
}

// unescape undoes the octal escapes of the kernel's mount tables.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
