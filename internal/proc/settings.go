package proc

import "golang.org/x/sys/unix"

// SettingsLocked reports whether nobody can change the kernel's settings here, as in a
// container.
func SettingsLocked() bool {
	var system unix.Statfs_t
	return unix.Statfs("/proc/sys", &system) != nil || system.Flags&unix.ST_RDONLY != 0
}
