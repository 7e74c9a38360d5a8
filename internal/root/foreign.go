package root

import (
	"os"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// owned reports whether the namespace of a kind that the lines are made in belongs to the user
// namespace that they are made in. Who is root there may mount what shows it.
func owned(r *recipe.Recipe, kind uint64, name string) bool {
	switch {
	case !inUserNamespace(r) || r.Entered(kind):
		return true
	case r.EntersUser():
		return false
	}
	return isOwner("/proc/self/ns/" + name)
}

// nsGetUserns asks a namespace for the user namespace that it belongs to. See ioctl_nsfs(2).
const nsGetUserns = 0xb701

// isOwner reports whether a namespace belongs to our user namespace. To whom the others belong
// is not told to everybody.
func isOwner(file string) bool {
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	owner, err := unix.IoctlRetInt(fd, nsGetUserns)
	if err != nil {
		return false
	}
	defer unix.Close(owner)
	var ours, its unix.Stat_t
	return unix.Stat("/proc/self/ns/user", &ours) == nil && unix.Fstat(owner, &its) == nil &&
		ours.Dev == its.Dev && ours.Ino == its.Ino
}

// takeForeign takes hold of the file systems of the old root that show namespaces which are
// not ours to show anew.
func (f *furniture) takeForeign() {
	if f.Proc && !owned(f.r, unix.CLONE_NEWPID, "pid") {
		f.proc = f.takeSystem("/proc", 0)
	}
	if f.Sys && !owned(f.r, unix.CLONE_NEWNET, "net") {
		f.sys = f.takeSystem("/sys", f.sysAccess())
	}
	if f.Dev && !owned(f.r, unix.CLONE_NEWIPC, "ipc") {
		if info, err := os.Stat("/dev/mqueue"); err == nil && info.IsDir() {
			f.nodes.queues = f.takeSystem("/dev/mqueue", 0)
		}
		f.nodes.foreign = true
	}
}

// procfs mounts a /proc on the working directory.
func (f *furniture) procfs() {
	if f.proc != nil {
		f.showSystem(*f.proc, "/proc", 0)
		return
	}
	// It shows the pid namespace that we are in, and no other process of the machine.
	f.r.Mount("proc", ".", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
}

// takeSystem takes hold of a file system of the old root.
func (f *furniture) takeSystem(path string, access uint64) *recipe.Slot {
	//doc:foreign
	// A /proc, a /sys and message queues show a namespace, and this one is shared with others:
	// it does not belong to this user namespace, which may not mount them anew. What the old
	// root has is shown instead, with all that is mounted below it.
	tree := f.r.OpenTree(path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE, path)
	if access&unix.MS_RDONLY != 0 && hasSetattr() {
		// Nobody may write by this way, here or below.
		f.r.MountSetattr(tree, unix.AT_RECURSIVE, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC, 0, 0)
	}
	return &tree
}

// showSystem attaches it to the working directory.
func (f *furniture) showSystem(tree recipe.Slot, path string, access uint64) {
	// It lies on the directory that the new root has for it.
	f.r.MoveMount(tree, recipe.Slot{}, ".")
	// It is in its place, and no longer a descriptor's.
	f.r.Close(tree)
	if access&unix.MS_RDONLY != 0 && !hasSetattr() {
		// This kernel can change a mount only by its name, and none of those below it.
		f.r.Mount("", path, "", unix.MS_REMOUNT|unix.MS_BIND|access|optionsOf(path), "").
			Because("the kernel has no mount_setattr(2)")
	}
}
