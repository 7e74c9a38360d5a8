package ufs

import (
	"errors"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"ctrkit/internal/proc"
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

// machine plans the machine's own tree: its root, and each mount that programs need.
func (t *tree) machine(mounts []proc.Mount) error {
	if t.root == "/" {
		return errors.New("mount on /: a mount there would lie on the root, and nobody would see it")
	}
	points := mountPoints(mounts)
	if t.users {
		return t.anew("/", points)
	}
	root := overlay{lower: []string{"/"}}
	for _, name := range private {
		var info unix.Stat_t
		if unix.Lstat(name, &info) == nil && info.Mode&unix.S_IFMT == unix.S_IFDIR {
			root.empty = append(root.empty, directory{name, info.Mode & 0o7777})
		}
	}
	t.overlays = append(t.overlays, root)
	for _, at := range points {
		if wanted(at) {
			t.overlays = append(t.overlays, overlay{at: at, lower: []string{at}, because: at + " is a mount of its own"})
		}
	}
	return nil
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
// they were mounted, each once.
func mountPoints(mounts []proc.Mount) (points []string) {
	for _, m := range mounts {
		if !slices.Contains(points, m.Point) {
			points = append(points, m.Point)
		}
	}
	return points
}
