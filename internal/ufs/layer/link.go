package layer

import (
	"archive/tar"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// link makes another name of a file, which is in this layer or in one below.
func (p *packet) link(in *directory, parts []string, h *tar.Header) error {
	to, err := split(h.Linkname)
	switch {
	case err != nil:
		return fmt.Errorf("is a hard link to %s: %w", h.Linkname, err)
	case slices.Equal(to, parts):
		return errors.New("is a hard link to itself")
	case len(to) == 0:
		return errors.New("is a hard link to the directory itself")
	}
	name := parts[len(parts)-1]
	err = errNotHere
	for i, root := range append([]int{p.tree.root().fd}, p.tree.below...) {
		if i > 0 && !p.shows(i, to) {
			break
		}
		if err = p.linkIn(root, to, in, name); err != errNotHere {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("is a hard link to %s: %w", h.Linkname, err)
	}
	return nil
}

var errNotHere = errors.New("there is no such file in this layer, nor in one below")

// shows reports whether the layers above do not hide a file.
func (p *packet) shows(depth int, parts []string) bool {
	roots := append(union{p.tree.root().fd}, p.tree.below...)
	n, err := roots[:depth+1].find(parts)
	return err == nil && !n.isDir()
}

// linkIn makes a link to a file below a root. The way there is gone by the kernel, which
// lets no symbolic link lead it astray.
func (p *packet) linkIn(root int, to []string, in *directory, name string) error {
	dir, err := unix.FcntlInt(uintptr(root), unix.F_DUPFD_CLOEXEC, 0)
	if len(to) > 1 {
		unix.Close(dir)
		dir, err = openBeneath(root, to[:len(to)-1])
	}
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return errNotHere
	}
	if err == unix.ELOOP {
		return errors.New("leads through a symbolic link")
	}
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	last := to[len(to)-1]
	n, err := look(dir, last)
	switch {
	case err == unix.ENOENT, err == nil && n.isWhiteout():
		return errNotHere
	case err != nil:
		return err
	case n.isDir():
		return errors.New("is a directory")
	}
	return p.anew(in, name, func() error { return unix.Linkat(dir, last, in.fd, name, 0) })
}
