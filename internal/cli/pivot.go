package cli

import (
	"os"
	"slices"

	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

// pivotRoot says which of its conditions pivot_root(2) has missed, for the kernel does
// not. The process is where it was when it called: in the new root, still under the old
// one. Of a child that is gone nobody can tell.
func pivotRoot(f *recipe.Failure) string {
	table, err := os.ReadFile("/proc/self/mountinfo")
	cwd, e := os.Getwd()
	if f.Tool == "root-pivot" && err == nil && e == nil {
		if missed := missedCondition(proc.Mounts(string(table)), cwd); missed != "" {
			return missed
		}
	}
	return "the new root must be a mount point, its parent mount and the old root's must not be shared, " +
		"and the old root must be a mount point and not the initramfs"
}

// missedCondition looks at the mounts for what keeps a directory from becoming the root.
func missedCondition(mounts []proc.Mount, cwd string) string {
	old, next := lastAt(mounts, "/"), lastAt(mounts, cwd)
	switch {
	case old == nil:
		return "the root is no mount point, as after chroot(2): only a mount can give up its place"
	case old.FS == "rootfs":
		return "the root is the initramfs, which cannot be moved: switch_root(8) deletes it and moves on"
	case next == nil:
		return "the new root is no mount point: bind the directory onto itself"
	}
	parent := slices.IndexFunc(mounts, func(m proc.Mount) bool { return m.ID == next.Parent })
	if next.Shared || parent >= 0 && mounts[parent].Shared {
		return "mounts here are shared, and the change would reach other namespaces: make them private, " +
			"as ns-unshare --mount does, or mount --make-rprivate /"
	}
	return ""
}

// lastAt is the mount that covers the others at a point, or nil.
func lastAt(mounts []proc.Mount, point string) (last *proc.Mount) {
	for i := range mounts {
		if mounts[i].Point == point {
			last = &mounts[i]
		}
	}
	return last
}
