package root

import (
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

// readOnly is how control groups are mounted: whoever could write there could lift
// its own limits.
const readOnly = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

// sysAccess is how /sys and the control groups are mounted.
func (p *Pivot) sysAccess() uint64 {
	if p.WritableSys {
		return readOnly &^ unix.MS_RDONLY
	}
	return readOnly
}

// sysfs mounts a /sys on the working directory.
func (f *furniture) sysfs() {
	if f.sys != nil {
		f.showSystem(*f.sys, "/sys", f.sysAccess())
		return
	}
	if f.WritableSys {
		// It shows the network devices of our network namespace, and the machine's hardware.
		// Whoever may write to it can give that orders.
		f.r.Mount("sysfs", ".", "sysfs", f.sysAccess(), "")
		return
	}
	// It shows the network devices of our network namespace, but the machine's
	// hardware: so nobody may write to it.
	f.r.Mount("sysfs", ".", "sysfs", f.sysAccess(), "")
}

// cgroups mounts the control groups in /sys, as they are laid out outside: programs
// read there how much memory they may use.
func (f *furniture) cgroups() error {
	r, access := f.r, f.sysAccess()
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	two, one := layout(proc.Hierarchies(string(table)))
	options := optionsOfTwo(proc.Mounts(string(table)))
	if !two && len(one) == 0 {
		return nil
	}
	const dir = "/sys/fs/cgroup"
	// The kernel keeps a directory for them in /sys.
	r.Chdir(dir)
	if len(one) == 0 && f.sys != nil {
		// The same tree cannot be mounted on itself, so there is something else between.
		r.Mount("tmpfs", ".", "tmpfs", readOnly, "size=4k")
		// The working directory is still the one below the new mount.
		r.Chdir(dir)
	}
	if len(one) == 0 {
		//doc:cgroups
		// The tree begins at the group that is the root of our cgroup namespace. In a user
		// namespace that has no cgroup namespace of its own it cannot be mounted. It has the
		// machine's options, for whoever is in the machine's cgroup namespace sets them anew.
		r.Mount("cgroup2", ".", "cgroup2", access, options).Tolerate(unix.EPERM)
		return nil
	}
	severalTrees(r, dir, one, two, access, options)
	return nil
}

// severalTrees mounts the trees of version 1, and that of version 2 beside them.
func severalTrees(r *recipe.Recipe, dir string, one []string, two bool, access uint64, options string) {
	// With version 1 there are several trees, so there must be a place for them.
	r.Mount("tmpfs", ".", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "size=64k,mode=0755")
	// The working directory is still the one below the new mount.
	r.Chdir(dir)
	for _, controllers := range one {
		// A tree is called by the controllers that act on it.
		r.Mkdirat(controllers, 0o755).Because("there is such a hierarchy")
		// It begins at the group that is the root of our cgroup namespace.
		r.Mount("cgroup", controllers, "cgroup", access, controllers).Tolerate(unix.EPERM)
	}
	if two {
		// The new tree is beside the old ones.
		r.Mkdirat("unified", 0o755)
		// It may have controllers that no old tree has. It has the machine's options, for
		// whoever is in the machine's cgroup namespace sets them anew.
		r.Mount("cgroup2", "unified", "cgroup2", access, options).Tolerate(unix.EPERM)
	}
	// Nothing is to be added.
	r.Mount("", ".", "", unix.MS_REMOUNT|unix.MS_BIND|readOnly, "")
}

// layout says whether the tree of version 2 is mounted, and of which controllers trees
// of version 1 are.
func layout(mounts []proc.Hierarchy) (two bool, one []string) {
	for _, h := range mounts {
		name := strings.Join(slices.DeleteFunc(slices.Clone(h.Options), notController), ",")
		switch {
		case h.Options == nil:
			two = true
		case name != "" && !slices.Contains(one, name):
			one = append(one, name)
		}
	}
	return two, one
}

// optionsOfTwo are the options of the tree of version 2 on this machine.
func optionsOfTwo(mounts []proc.Mount) string {
	for _, m := range mounts {
		if m.FS == "cgroup2" {
			access := func(option string) bool { return option == "rw" || option == "ro" }
			return strings.Join(slices.DeleteFunc(m.Options, access), ",")
		}
	}
	return ""
}

// notController reports whether an option of a hierarchy is about something else.
func notController(option string) bool {
	switch option {
	case "rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "favordynmods", "nofavordynmods":
		return true
	}
	return strings.Contains(option, "=")
}
