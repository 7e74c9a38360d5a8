package cli

import (
	"os"
	"strings"

	"ctrkit/internal/recipe"
)

// A mount is a line of /proc/self/mountinfo. See proc_pid_mountinfo(5).
type mount struct {
	id, parent, point string
	shared            bool
	fstype            string
}

// mounts reads a text of mountinfo.
func mounts(text string) (list []mount) {
	for line := range strings.Lines(text) {
		before, after, _ := strings.Cut(line, " - ")
		fields, system := strings.Fields(before), strings.Fields(after)
		if len(fields) < 6 || len(system) == 0 {
			continue
		}
		m := mount{id: fields[0], parent: fields[1], point: fields[4], fstype: system[0]}
		for _, option := range fields[6:] {
			m.shared = m.shared || strings.HasPrefix(option, "shared:")
		}
		list = append(list, m)
	}
	return list
}

// pivotRoot says which of its conditions pivot_root(2) has missed, for the kernel does
// not. The process is where it was when it called: in the new root, still under the old
// one. Of a child that is gone nobody can tell.
func pivotRoot(f *recipe.Failure) string {
	text, err := os.ReadFile("/proc/self/mountinfo")
	cwd, e := os.Getwd()
	if f.Tool == "root-pivot" && err == nil && e == nil {
		if missed := missedCondition(mounts(string(text)), cwd); missed != "" {
			return missed
		}
	}
	return "the new root must be a mount point, its parent mount and the old root's must not be shared, " +
		"and the old root must be a mount point and not the initramfs"
}

// missedCondition looks at the mounts for what keeps a directory from becoming the root.
func missedCondition(list []mount, cwd string) string {
	var old, next *mount
	byID := map[string]*mount{}
	for i := range list {
		m := &list[i]
		byID[m.id] = m
		if m.point == "/" {
			old = m
		}
		// The kernel writes some characters as octal digits in its table.
		if m.point == octal.Replace(cwd) {
			next = m
		}
	}
	switch {
	case old == nil:
		return "the root is no mount point, as after chroot(2): only a mount can give up its place"
	case old.fstype == "rootfs":
		return "the root is the initramfs, which cannot be moved: switch_root(8) deletes it and moves on"
	case next == nil:
		return "the new root is no mount point: bind the directory onto itself"
	}
	if parent := byID[next.parent]; next.shared || parent != nil && parent.shared {
		return "mounts here are shared, and the change would reach other namespaces: make them private, " +
			"as ns-unshare --mount does, or mount --make-rprivate /"
	}
	return ""
}

var octal = strings.NewReplacer(" ", `\040`, "\t", `\011`, "\n", `\012`, `\`, `\134`)
