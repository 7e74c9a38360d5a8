package recipe

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Unshare gives the calling thread new namespaces. See unshare(2).
func (r *Recipe) Unshare(flags uint64) *Line {
	return r.call("unshare", unix.SYS_UNSHARE, kinds(flags), cloneFlags.arg(flags))
}

// Mount attaches a file system, a bind of a directory, or changes a mount.
// Empty strings are passed as NULL. See mount(2).
func (r *Recipe) Mount(source, target, fstype string, flags uint64, data string) *Line {
	object := target
	if target == "." {
		object = fstype // the working directory says little
	}
	return r.call("mount", unix.SYS_MOUNT, object,
		orNull(source), str(target), orNull(fstype), mountFlags.arg(flags), orNull(data))
}

// Umount2 detaches what is mounted on the target. See umount2(2).
func (r *Recipe) Umount2(target string, flags uint64) *Line {
	return r.call("umount2", unix.SYS_UMOUNT2, target, str(target), umountFlags.arg(flags))
}

// PivotRoot makes newRoot the root of the mount namespace and moves the old
// root to putOld. See pivot_root(2).
func (r *Recipe) PivotRoot(newRoot, putOld string) *Line {
	return r.call("pivot_root", unix.SYS_PIVOT_ROOT, newRoot, str(newRoot), str(putOld))
}

// Chdir changes the working directory. See chdir(2).
func (r *Recipe) Chdir(dir string) *Line {
	return r.call("chdir", unix.SYS_CHDIR, dir, str(dir))
}

// Fchdir changes the working directory to an open one. See fchdir(2).
func (r *Recipe) Fchdir(dir Slot) *Line {
	return r.call("fchdir", unix.SYS_FCHDIR, dir.name, dir.arg())
}

// Openat opens a file, relative to the working directory, and passes the
// descriptor on to later lines under the name fd. See openat(2).
func (r *Recipe) Openat(file string, flags uint64, fd string) Slot {
	l := r.call("openat", unix.SYS_OPENAT, file, cwd, str(file), openFlags.arg(flags))
	return r.result(l, fd)
}

// Close closes a descriptor. See close(2).
func (r *Recipe) Close(fd Slot) *Line {
	return r.call("close", unix.SYS_CLOSE, fd.name, fd.arg())
}

// FcntlCloexec marks a descriptor of our own to be closed by execve. See
// F_SETFD(2const).
func (r *Recipe) FcntlCloexec(fd int) *Line {
	return r.call("fcntl", unix.SYS_FCNTL, "descriptor", number(fd),
		name(unix.F_SETFD, "F_SETFD"), name(unix.FD_CLOEXEC, "FD_CLOEXEC"))
}

// CloseInherited closes a descriptor that was open before the recipe was made.
func (r *Recipe) CloseInherited(fd int) *Line {
	return r.call("close", unix.SYS_CLOSE, "descriptor", number(fd))
}

// Mkdirat makes a directory. See mkdirat(2).
func (r *Recipe) Mkdirat(dir string, mode uint32) *Line {
	return r.call("mkdirat", unix.SYS_MKDIRAT, dir, cwd, str(dir), octal(mode))
}

// Fchownat changes the owner and group of a file. See fchownat(2).
func (r *Recipe) Fchownat(file string, uid, gid uint32) *Line {
	return r.call("fchownat", unix.SYS_FCHOWNAT, file, cwd, str(file), number(int(uid)), number(int(gid)), number(0))
}

// Mknodat makes a character device. See mknodat(2).
func (r *Recipe) Mknodat(file string, mode uint32, major, minor uint32) *Line {
	text := func() string { return fmt.Sprintf("S_IFCHR|%#o", mode) }
	device := func() string { return fmt.Sprintf("makedev(%d, %d)", major, minor) }
	return r.call("mknodat", unix.SYS_MKNODAT, file, cwd, str(file),
		arg{word: uintptr(unix.S_IFCHR | mode), text: text},
		arg{word: uintptr(unix.Mkdev(major, minor)), text: device})
}

// MknodatFile makes an empty file. See mknodat(2).
func (r *Recipe) MknodatFile(file string, mode uint32) *Line {
	text := func() string { return fmt.Sprintf("S_IFREG|%#o", mode) }
	return r.call("mknodat", unix.SYS_MKNODAT, file, cwd, str(file),
		arg{word: uintptr(unix.S_IFREG | mode), text: text}, number(0))
}

// Symlinkat makes a symbolic link that points to target. See symlinkat(2).
func (r *Recipe) Symlinkat(target, link string) *Line {
	return r.call("symlinkat", unix.SYS_SYMLINKAT, link, str(target), cwd, str(link))
}

// Setxattr sets an extended attribute of a file. See setxattr(2), xattr(7).
func (r *Recipe) Setxattr(file, attribute, value string) *Line {
	return r.call("setxattr", unix.SYS_SETXATTR, file,
		str(file), str(attribute), str(value), number(len(value)), number(0))
}

// Umask sets the mode bits that new files do not get. See umask(2).
func (r *Recipe) Umask(mask uint32) *Line {
	return r.call("umask", unix.SYS_UMASK, "", octal(mask))
}

// CurrentUmask reads the mask in the only way there is: by setting it.
func CurrentUmask() uint32 {
	mask := unix.Umask(0)
	unix.Umask(mask)
	return uint32(mask)
}

// Sethostname sets the host name of the UTS namespace. See sethostname(2).
func (r *Recipe) Sethostname(host string) *Line {
	return r.call("sethostname", unix.SYS_SETHOSTNAME, host, str(host), number(len(host)))
}

// Setdomainname sets the NIS domain name of the UTS namespace. See
// setdomainname(2).
func (r *Recipe) Setdomainname(domain string) *Line {
	return r.call("setdomainname", unix.SYS_SETDOMAINNAME, domain, str(domain), number(len(domain)))
}

// PrSetPdeathsig makes the kernel send a signal to this process when the thread
// that made it ends. See PR_SET_PDEATHSIG(2const).
func (r *Recipe) PrSetPdeathsig(signal unix.Signal) *Line {
	r.deathSignal = signal
	return r.call("prctl", unix.SYS_PRCTL, "PR_SET_PDEATHSIG",
		name(unix.PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), name(uintptr(signal), unix.SignalName(signal)))
}

// Socket makes an Internet datagram socket, the handle by which the links of a
// network namespace are changed. See socket(2), netdevice(7).
func (r *Recipe) Socket(fd string) Slot {
	l := r.call("socket", unix.SYS_SOCKET, "AF_INET", name(unix.AF_INET, "AF_INET"),
		name(unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, "SOCK_DGRAM|SOCK_CLOEXEC"), number(0))
	return r.result(l, fd)
}

// LinkUp switches a link on, by ioctl SIOCSIFFLAGS. See netdevice(7).
func (r *Recipe) LinkUp(socket Slot, link string) *Line {
	request, err := unix.NewIfreq(link)
	if err == nil {
		request.SetUint16(unix.IFF_UP)
	}
	text := func() string { return fmt.Sprintf("{ifr_name=%q, ifr_flags=IFF_UP}", link) }
	return r.call("ioctl", unix.SYS_IOCTL, link, socket.arg(), name(unix.SIOCSIFFLAGS, "SIOCSIFFLAGS"),
		arg{word: uintptr(unsafe.Pointer(request)), keep: request, text: text, err: err})
}
