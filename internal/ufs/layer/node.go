package layer

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// A node is what a name in a directory stands for.
type node struct {
	dir    int // the open directory
	name   string
	stat   unix.Stat_t
	disk   unix.Stat_t       // the same, without the owner and mode that are kept in an attribute
	attrs  map[string]string // extended attributes, without those of overlayfs
	marks  map[string]string // those of overlayfs
	target string            // of a symbolic link
}

// look finds out what a name stands for. The error is ENOENT if for nothing.
func look(dir int, name string) (*node, error) {
	n := &node{dir: dir, name: name}
	if err := unix.Fstatat(dir, name, &n.stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return nil, err
	}
	n.disk = n.stat
	if n.typ() == unix.S_IFLNK {
		if err := n.readlink(); err != nil {
			return nil, err
		}
	}
	return n, n.readAttributes()
}

func (n *node) typ() uint32 { return n.stat.Mode & unix.S_IFMT }

func (n *node) isDir() bool { return n.typ() == unix.S_IFDIR }

// isWhiteout reports whether the name hides one below: as a device that no driver
// has, or, where no device could be made, as an empty file with an attribute.
func (n *node) isWhiteout() bool {
	if n.typ() == unix.S_IFCHR && n.stat.Rdev == 0 {
		return true
	}
	_, marked := n.marks["whiteout"]
	return marked && n.typ() == unix.S_IFREG && n.stat.Size == 0
}

func (n *node) isOpaque() bool { return n.marks["opaque"] == "y" }

// check refuses what does not stand for itself, as the rest of it is somewhere below.
func (n *node) check() error {
	for mark, option := range map[string]string{"redirect": "redirect_dir", "metacopy": "metacopy"} {
		if _, found := n.marks[mark]; found {
			return fmt.Errorf("it was written by a mount with the option %s, and is not whole", option)
		}
	}
	return nil
}

func (n *node) readlink() error {
	target := make([]byte, n.stat.Size+1)
	for {
		size, err := unix.Readlinkat(n.dir, n.name, target)
		if err != nil {
			return err
		}
		if size < len(target) {
			n.target = string(target[:size])
			return nil
		}
		target = make([]byte, 2*len(target)) // some file systems do not tell the size
	}
}

// readAttributes leaves out the labels of SELinux, which are the machine's and not
// the file's, and takes over the owner that an ordinary user could not give.
func (n *node) readAttributes() error {
	names, err := attributes(n.dir, n.name)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == "security.selinux" {
			continue
		}
		value, err := attribute(n.dir, n.name, name)
		if err != nil {
			return err
		}
		mark, overlays := overlays(name)
		switch {
		case overlays && n.marks == nil:
			n.marks = map[string]string{mark: value}
		case overlays:
			n.marks[mark] = value
		case name == overrideName:
			if err := n.override(value); err != nil {
				return err
			}
		case n.attrs == nil:
			n.attrs = map[string]string{name: value}
		default:
			n.attrs[name] = value
		}
	}
	return nil
}

func (n *node) override(text string) error {
	o, err := parseOverride(text, n.typ())
	if err == nil {
		n.stat.Uid, n.stat.Gid, n.stat.Mode, n.stat.Rdev = o.uid, o.gid, o.mode, o.device
	}
	return err
}

const openFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC

// openDir opens a directory, and nothing that a symbolic link leads to.
func openDir(dir int, name string) (fd int, err error) { return unix.Openat(dir, name, openFlags, 0) }

// forceDir opens a directory in which things will be changed. Its owner may have no
// right to do that, and gives it to himself; whoever calls knows the mode that it had.
func forceDir(dir int, name string, stat *unix.Stat_t) (fd int, err error) {
	if os.Geteuid() != 0 && stat.Mode&0o700 != 0o700 && stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		if err := unix.Fchmodat(dir, name, stat.Mode&0o7777|0o700, 0); err != nil {
			return -1, err
		}
	}
	return openDir(dir, name)
}

// entries lists a directory. The descriptor stays open.
func entries(dir int) ([]os.DirEntry, error) {
	fd, err := unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), place(dir, "."))
	defer f.Close()
	return f.ReadDir(-1)
}
