package recipe

import (
	"cmp"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// A flagTable gives the bits of a flag word their names, in the order in which
// they are printed.
type flagTable []flag

type flag struct {
	bit  uint64
	name string
}

func (t flagTable) arg(word uint64) arg {
	return arg{word: uintptr(word), text: func() string { return t.format(word) }}
}

// format prints a flag word as C source has it: NAME|NAME, the rest in hex.
func (t flagTable) format(word uint64) string {
	var names []string
	for _, f := range t {
		if word&f.bit == f.bit {
			names = append(names, f.name)
			word &^= f.bit
		}
	}
	if word != 0 {
		names = append(names, fmt.Sprintf("%#x", word))
	}
	return cmp.Or(strings.Join(names, "|"), "0")
}

// cloneFlags are those of clone3(2), unshare(2) and setns(2). CLONE_NEWTIME
// is left out of clone(2)'s old flag word, but these three take it.
var cloneFlags = flagTable{
	{unix.CLONE_NEWUSER, "CLONE_NEWUSER"},
	{unix.CLONE_NEWNS, "CLONE_NEWNS"},
	{unix.CLONE_NEWUTS, "CLONE_NEWUTS"},
	{unix.CLONE_NEWIPC, "CLONE_NEWIPC"},
	{unix.CLONE_NEWPID, "CLONE_NEWPID"},
	{unix.CLONE_NEWNET, "CLONE_NEWNET"},
	{unix.CLONE_NEWCGROUP, "CLONE_NEWCGROUP"},
	{unix.CLONE_NEWTIME, "CLONE_NEWTIME"},
	{unix.CLONE_FS, "CLONE_FS"},
	{unix.CLONE_PARENT, "CLONE_PARENT"},
	{unix.CLONE_PIDFD, "CLONE_PIDFD"},
	{unix.CLONE_CLEAR_SIGHAND, "CLONE_CLEAR_SIGHAND"},
	{unix.CLONE_INTO_CGROUP, "CLONE_INTO_CGROUP"},
}

// mountFlags are those of mount(2).
var mountFlags = flagTable{
	{unix.MS_BIND, "MS_BIND"},
	{unix.MS_MOVE, "MS_MOVE"},
	{unix.MS_REMOUNT, "MS_REMOUNT"},
	{unix.MS_REC, "MS_REC"},
	{unix.MS_PRIVATE, "MS_PRIVATE"},
	{unix.MS_SLAVE, "MS_SLAVE"},
	{unix.MS_SHARED, "MS_SHARED"},
	{unix.MS_UNBINDABLE, "MS_UNBINDABLE"},
	{unix.MS_RDONLY, "MS_RDONLY"},
	{unix.MS_NOSUID, "MS_NOSUID"},
	{unix.MS_NODEV, "MS_NODEV"},
	{unix.MS_NOEXEC, "MS_NOEXEC"},
	{unix.MS_NOATIME, "MS_NOATIME"},
	{unix.MS_RELATIME, "MS_RELATIME"},
	{unix.MS_STRICTATIME, "MS_STRICTATIME"},
}

// umountFlags are those of umount2(2).
var umountFlags = flagTable{
	{unix.MNT_FORCE, "MNT_FORCE"},
	{unix.MNT_DETACH, "MNT_DETACH"},
	{unix.MNT_EXPIRE, "MNT_EXPIRE"},
	{unix.UMOUNT_NOFOLLOW, "UMOUNT_NOFOLLOW"},
}

// openFlags are those of openat(2). O_RDONLY is the absence of all of them.
var openFlags = flagTable{
	{unix.O_PATH, "O_PATH"},
	{unix.O_WRONLY, "O_WRONLY"},
	{unix.O_RDWR, "O_RDWR"},
	{unix.O_DIRECTORY, "O_DIRECTORY"},
	{unix.O_NOFOLLOW, "O_NOFOLLOW"},
	{unix.O_CLOEXEC, "O_CLOEXEC"},
}

// atFlags are those of execveat(2) and mount_setattr(2).
var atFlags = flagTable{
	{unix.AT_EMPTY_PATH, "AT_EMPTY_PATH"},
	{unix.AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"},
	{unix.AT_RECURSIVE, "AT_RECURSIVE"},
}
