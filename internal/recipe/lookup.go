package recipe

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls by which a path is looked up where somebody else has made the symbolic
// links.

// Openat2 opens a file, relative to the working directory, and says by resolve which
// ways of looking it up are forbidden. See openat2(2).
func (r *Recipe) Openat2(file string, flags, resolve uint64, fd string) Slot {
	how := &unix.OpenHow{Flags: flags, Resolve: resolve}
	text := func() string {
		return fmt.Sprintf("{flags=%s, resolve=%s}", openFlags.format(flags), resolveFlags.format(resolve))
	}
	l := r.call("openat2", unix.SYS_OPENAT2, fd, cwd, str(file),
		arg{word: uintptr(unsafe.Pointer(how)), keep: how, text: text}, number(int(unsafe.Sizeof(*how))))
	return r.result(l, fd)
}

// FstatfsNotProc fails with EPERM if an open file is in a file system of type proc. See
// fstatfs(2).
func (r *Recipe) FstatfsNotProc(fd Slot) *Line {
	stat := &unix.Statfs_t{}
	l := r.call("fstatfs", unix.SYS_FSTATFS, fd.name, fd.arg(), arg{
		word: uintptr(unsafe.Pointer(stat)), keep: stat,
		text: func() string { return "{f_type!=PROC_SUPER_MAGIC}" },
	})
	l.found, l.refused = &stat.Type, unix.PROC_SUPER_MAGIC
	return l
}

// Last is the line that was recorded last: that of a call whose result is passed on.
func (r *Recipe) Last() *Line { return r.lines[len(r.lines)-1] }

// About names what the call is about in an error, where its arguments say little.
func (l *Line) About(object string) *Line {
	l.object = object
	return l
}

// resolveFlags are those of openat2(2).
var resolveFlags = flagTable{
	{unix.RESOLVE_BENEATH, "RESOLVE_BENEATH"},
	{unix.RESOLVE_IN_ROOT, "RESOLVE_IN_ROOT"},
	{unix.RESOLVE_NO_MAGICLINKS, "RESOLVE_NO_MAGICLINKS"},
	{unix.RESOLVE_NO_SYMLINKS, "RESOLVE_NO_SYMLINKS"},
	{unix.RESOLVE_NO_XDEV, "RESOLVE_NO_XDEV"},
}
