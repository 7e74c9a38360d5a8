package root

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// hasSetattr reports whether the kernel can change a mount that a descriptor stands
// for, with those below it: Linux 5.12.
func hasSetattr() bool {
	return unix.MountSetattr(-1, "", unix.AT_EMPTY_PATH, &unix.MountAttr{}) != unix.ENOSYS
}

// inUserNamespace reports whether the lines will be made in a user namespace other
// than the machine's, whose number is the same on every kernel (PROC_USER_INIT_INO in
// linux/proc_ns.h).
func inUserNamespace(r *recipe.Recipe) bool {
	ours, err := os.Readlink("/proc/self/ns/user")
	return r.ClonesUser() || err == nil && ours != "user:[4026531837]"
}

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
	// The kernel writes some characters as octal digits in its table.
	name := strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`, "\n", `\012`).Replace(strings.TrimSuffix(real, "/"))
	table, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(table)) {
		if fields := strings.Fields(line); len(fields) > 4 && strings.HasPrefix(fields[4], name+"/") && fields[4] != "/" {
			return true
		}
	}
	return false
}
