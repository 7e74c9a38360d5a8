package root

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

// hasSetattr reports whether the kernel can change a mount that a descriptor stands
// for, with those below it: Linux 5.12.
func hasSetattr() bool { return proc.Kernel(5, 12) }

// inUserNamespace reports whether the lines will be made in another user namespace than
// the machine's.
func inUserNamespace(r *recipe.Recipe) bool { return r.EntersUser() || proc.InUserNamespace() }

// optionsOf are the flags of the mount that a path is on, as mount(2) takes them.
func optionsOf(path string) (flags uint64) {
	var stat unix.Statfs_t
	if unix.Statfs(path, &stat) != nil {
		return 0
	}
	for _, f := range []struct{ st, ms int64 }{
		{unix.ST_RDONLY, unix.MS_RDONLY},
		{unix.ST_NOSUID, unix.MS_NOSUID},
		{unix.ST_NODEV, unix.MS_NODEV},
		{unix.ST_NOEXEC, unix.MS_NOEXEC},
		{unix.ST_NOATIME, unix.MS_NOATIME},
		{unix.ST_NODIRATIME, unix.MS_NODIRATIME},
		{unix.ST_RELATIME, unix.MS_RELATIME},
	} {
		if stat.Flags&f.st != 0 {
			flags |= uint64(f.ms)
		}
	}
	return flags
}

// mountsBelow reports whether anything is mounted below a directory.
func mountsBelow(dir string) bool {
	real, err := filepath.EvalSymlinks(dir)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return false
	}
	table, _ := os.ReadFile("/proc/self/mountinfo")
	return slices.ContainsFunc(proc.Mounts(string(table)), func(m proc.Mount) bool {
		return m.Point != "/" && strings.HasPrefix(m.Point, strings.TrimSuffix(real, "/")+"/")
	})
}
