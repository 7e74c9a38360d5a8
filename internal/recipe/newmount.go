package recipe

import (
	"cmp"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls by which a mount is made first and gets its place later. In between it is a
// descriptor, which no symbolic link can lead astray.

// OpenTree makes a descriptor of a directory or, with OPEN_TREE_CLONE, of a copy of the
// mount there that is attached nowhere yet. See open_tree(2).
func (r *Recipe) OpenTree(file string, flags uint64, fd string) Slot {
	l := r.call("open_tree", unix.SYS_OPEN_TREE, file, cwd, str(file), openTreeFlags.arg(flags))
	return r.result(l, fd)
}

// OpenTreeOf is OpenTree of a file that is open.
func (r *Recipe) OpenTreeOf(at Slot, flags uint64, fd string) Slot {
	l := r.call("open_tree", unix.SYS_OPEN_TREE, at.name, at.arg(), str(""), openTreeFlags.arg(flags|unix.AT_EMPTY_PATH))
	return r.result(l, fd)
}

// MoveMount attaches a mount that a descriptor stands for on top of a file, or, where
// that is "", of the one that another descriptor stands for. See move_mount(2).
func (r *Recipe) MoveMount(mount Slot, at Slot, file string) *Line {
	flags := uint64(unix.MOVE_MOUNT_F_EMPTY_PATH)
	where := cwd
	if at.number != 0 {
		where = at.arg()
	}
	if file == "" {
		flags |= unix.MOVE_MOUNT_T_EMPTY_PATH
	}
	return r.call("move_mount", unix.SYS_MOVE_MOUNT, cmp.Or(file, at.name),
		mount.arg(), str(""), where, str(file), moveMountFlags.arg(flags))
}

// MountSetattr sets and clears attributes of the mount that a descriptor stands for, and
// with AT_RECURSIVE of those below it. Userns is an open user namespace whose map the
// mount's owners are shown by; it counts with MOUNT_ATTR_IDMAP only. See mount_setattr(2).
func (r *Recipe) MountSetattr(mount Slot, flags, set, clear uint64, userns int) *Line {
	attr := &unix.MountAttr{Attr_set: set, Attr_clr: clear}
	if set&unix.MOUNT_ATTR_IDMAP != 0 {
		attr.Userns_fd = uint64(userns)
	}
	text := func() string {
		s := "{attr_set=" + mountAttributes.format(set)
		if clear != 0 {
			s += ", attr_clr=" + mountAttributes.format(clear)
		}
		if set&unix.MOUNT_ATTR_IDMAP != 0 {
			s += ", userns_fd=userns"
		}
		return s + "}"
	}
	return r.call("mount_setattr", unix.SYS_MOUNT_SETATTR, mount.name, mount.arg(), str(""),
		atFlags.arg(flags|unix.AT_EMPTY_PATH),
		arg{word: uintptr(unsafe.Pointer(attr)), keep: attr, text: text}, number(int(unsafe.Sizeof(*attr))))
}

// Fsopen begins to make a file system. See fsopen(2).
func (r *Recipe) Fsopen(fstype, fd string) Slot {
	l := r.call("fsopen", unix.SYS_FSOPEN, fstype, str(fstype), name(unix.FSOPEN_CLOEXEC, "FSOPEN_CLOEXEC"))
	return r.result(l, fd)
}

// FsconfigCreate makes the file system. See fsconfig(2).
func (r *Recipe) FsconfigCreate(fs Slot) *Line {
	return r.call("fsconfig", unix.SYS_FSCONFIG, fs.name, fs.arg(),
		name(unix.FSCONFIG_CMD_CREATE, "FSCONFIG_CMD_CREATE"), null, null, number(0))
}

// Fsmount makes a mount of a file system, attached nowhere yet. Attributes are of the
// kind of MOUNT_ATTR_NODEV. See fsmount(2).
func (r *Recipe) Fsmount(fs Slot, attributes uint64, fd string) Slot {
	l := r.call("fsmount", unix.SYS_FSMOUNT, fs.name, fs.arg(),
		name(unix.FSMOUNT_CLOEXEC, "FSMOUNT_CLOEXEC"), mountAttributes.arg(attributes))
	return r.result(l, fd)
}

// openTreeFlags are those of open_tree(2).
var openTreeFlags = flagTable{
	{unix.OPEN_TREE_CLONE, "OPEN_TREE_CLONE"},
	{unix.OPEN_TREE_CLOEXEC, "OPEN_TREE_CLOEXEC"},
	{unix.AT_RECURSIVE, "AT_RECURSIVE"},
	{unix.AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"},
	{unix.AT_EMPTY_PATH, "AT_EMPTY_PATH"},
}

// moveMountFlags are those of move_mount(2).
var moveMountFlags = flagTable{
	{unix.MOVE_MOUNT_F_EMPTY_PATH, "MOVE_MOUNT_F_EMPTY_PATH"},
	{unix.MOVE_MOUNT_T_EMPTY_PATH, "MOVE_MOUNT_T_EMPTY_PATH"},
}

// mountAttributes are those of mount_setattr(2) and fsmount(2).
var mountAttributes = flagTable{
	{unix.MOUNT_ATTR_RDONLY, "MOUNT_ATTR_RDONLY"},
	{unix.MOUNT_ATTR_NOSUID, "MOUNT_ATTR_NOSUID"},
	{unix.MOUNT_ATTR_NODEV, "MOUNT_ATTR_NODEV"},
	{unix.MOUNT_ATTR_NOEXEC, "MOUNT_ATTR_NOEXEC"},
	{unix.MOUNT_ATTR_NOSYMFOLLOW, "MOUNT_ATTR_NOSYMFOLLOW"},
	{unix.MOUNT_ATTR_IDMAP, "MOUNT_ATTR_IDMAP"},
}
