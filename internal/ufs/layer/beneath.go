package layer

import (
	"strings"

	"golang.org/x/sys/unix"
)

// openBeneath opens a directory that is reached from another without a symbolic link.
func openBeneath(root int, parts []string) (int, error) {
	return unix.Openat2(root, strings.Join(parts, "/"), &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
	})
}

// removeAll removes whatever a name stands for, and follows nothing.
func removeAll(dir int, name string) error {
	err := unix.Unlinkat(dir, name, 0)
	if err != unix.EISDIR {
		if err == unix.ENOENT {
			return nil
		}
		return err
	}
	var stat unix.Stat_t
	if err := unix.Fstatat(dir, name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	fd, err := forceDir(dir, name, &stat)
	if err != nil {
		return err
	}
	err = removeIn(fd, "")
	unix.Close(fd)
	if err != nil {
		return err
	}
	return unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
}

// removeIn removes all that is in a directory but one name.
func removeIn(dir int, but string) error {
	list, err := entries(dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Name() == but {
			continue
		}
		if err := removeAll(dir, e.Name()); err != nil {
			return err
		}
	}
	return nil
}
