package recipe

import (
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Write writes a text to an open file. See write(2).
func (r *Recipe) Write(fd Slot, text string) *Line {
	b := append([]byte(text), 0)
	data := arg{word: uintptr(unsafe.Pointer(&b[0])), keep: b, text: func() string { return strconv.Quote(text) }}
	return r.call("write", unix.SYS_WRITE, fd.name, fd.arg(), data, number(len(text)))
}

// Dup3 makes another descriptor, 0 to 2, name the same open file. See dup3(2).
func (r *Recipe) Dup3(fd Slot, as int) *Line {
	return r.call("dup3", unix.SYS_DUP3, fd.name, fd.arg(), number(as), number(0))
}

// Chroot changes what "/" means to this process. See chroot(2).
func (r *Recipe) Chroot(dir string) *Line {
	return r.call("chroot", unix.SYS_CHROOT, dir, str(dir))
}

// Setns joins the namespaces that a descriptor stands for: one, for an open file
// of /proc/PID/ns, or those named by the flags, for a pidfd. See setns(2).
func (r *Recipe) Setns(fd int, name string, flags uint64) *Line {
	r.entered |= flags
	return r.call("setns", unix.SYS_SETNS, kinds(flags),
		arg{word: uintptr(fd), text: func() string { return name }}, cloneFlags.arg(flags))
}

// FchdirTo is Fchdir to a directory that was open before the recipe was made.
func (r *Recipe) FchdirTo(fd int, name string) *Line {
	return r.call("fchdir", unix.SYS_FCHDIR, name, arg{word: uintptr(fd), text: func() string { return name }})
}

// FcntlSeal makes a file in memory unchangeable for good. See F_ADD_SEALS(2const).
func (r *Recipe) FcntlSeal(fd int) *Line {
	return r.call("fcntl", unix.SYS_FCNTL, "copy", name(uintptr(fd), "copy"), name(unix.F_ADD_SEALS, "F_ADD_SEALS"),
		name(unix.F_SEAL_WRITE|unix.F_SEAL_GROW|unix.F_SEAL_SHRINK|unix.F_SEAL_SEAL,
			"F_SEAL_WRITE|F_SEAL_GROW|F_SEAL_SHRINK|F_SEAL_SEAL"))
}
