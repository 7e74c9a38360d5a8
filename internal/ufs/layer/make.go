package layer

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// ErrDevice is said of a device node where none are wanted.
var ErrDevice = errors.New("is a device node")

// make makes what a member is, in a directory that is open.
func (p *packet) make(ctx context.Context, in *directory, parts []string, h *tar.Header) error {
	name := parts[len(parts)-1]
	switch h.Typeflag {
	case tar.TypeDir:
		d, err := p.newDirectory(in, name)
		if err != nil {
			return err
		}
		p.tree.open = append(p.tree.open, d)
		return p.directory(d, h)
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		return p.regular(ctx, in, name, h)
	case tar.TypeLink:
		return p.link(in, parts, h)
	case tar.TypeSymlink:
		err := p.anew(in, name, func() error { return unix.Symlinkat(h.Linkname, in.fd, name) })
		if err != nil {
			return err
		}
		return p.finish(in, name, unix.S_IFLNK|0o777, h)
	case tar.TypeFifo:
		return p.special(in, name, unix.S_IFIFO, 0, h)
	case tar.TypeChar, tar.TypeBlock:
		return p.device(in, name, h)
	}
	return fmt.Errorf("is of a type that is not known here, %q", h.Typeflag)
}

// anew makes something under a name that may be taken: of two members with one name
// the later counts.
func (p *packet) anew(in *directory, name string, create func() error) error {
	err := create()
	if err != unix.EEXIST {
		return err
	}
	if err := removeAll(in.fd, name); err != nil {
		return err
	}
	return create()
}

// newDirectory makes or opens one. A whiteout of the same name is meant for the one
// below, so the new one hides that.
func (p *packet) newDirectory(in *directory, name string) (*directory, error) {
	d, err := makeDir(in.fd, name)
	if err != unix.EEXIST {
		return d, err
	}
	n, err := look(in.fd, name)
	if err != nil {
		return nil, err
	}
	if n.isDir() {
		fd, err := forceDir(in.fd, name, &n.stat)
		return &directory{name: name, fd: fd}, err
	}
	if err := unix.Unlinkat(in.fd, name, 0); err != nil {
		return nil, err
	}
	if d, err = makeDir(in.fd, name); err != nil || !n.isWhiteout() {
		return d, err
	}
	return d, makeOpaque(d.fd)
}

// directory gives an open one what its member says. All but the owner is for later.
func (p *packet) directory(d *directory, h *tar.Header) error {
	attrs, err := attributesOf(h)
	if err != nil {
		return err
	}
	mode, err := p.Owner.give(d.fd, unix.S_IFDIR|uint32(h.Mode)&0o7777, uint32(h.Uid), uint32(h.Gid))
	d.mode, d.times, d.attrs = mode&0o7777, timesOf(h), attrs
	return err
}

// device makes a device node. An ordinary user cannot, and makes a file that stands
// for one.
func (p *packet) device(in *directory, name string, h *tar.Header) error {
	typ := uint32(unix.S_IFCHR)
	if h.Typeflag == tar.TypeBlock {
		typ = unix.S_IFBLK
	}
	device := unix.Mkdev(uint32(h.Devmajor), uint32(h.Devminor))
	switch {
	case typ == unix.S_IFCHR && device == 0:
		return errors.New("is a device 0/0, which is overlayfs's whiteout")
	case !p.Devices:
		return ErrDevice
	}
	err := p.special(in, name, typ, device, h)
	if !errors.Is(err, unix.EPERM) || p.Owner.squash || p.Owner.uid == 0 {
		return err
	}
	if err := p.anew(in, name, func() error { return unix.Mknodat(in.fd, name, unix.S_IFREG|0o600, 0) }); err != nil {
		return err
	}
	o := &override{uint32(h.Uid), uint32(h.Gid), typ | uint32(h.Mode)&0o7777, device}
	if err := p.Owner.keep(in.fd, name, o); err != nil {
		return err
	}
	p.Owner.Nodes++
	times := timesOf(h)
	return unix.UtimesNanoAt(in.fd, name, times[:], unix.AT_SYMLINK_NOFOLLOW)
}

// special makes a node that has no content.
func (p *packet) special(in *directory, name string, typ uint32, device uint64, h *tar.Header) error {
	err := p.anew(in, name, func() error { return unix.Mknodat(in.fd, name, typ|0o600, int(device)) })
	if err != nil {
		return err
	}
	return p.finish(in, name, typ|uint32(h.Mode)&0o7777, h)
}

// finish gives owner, mode, attributes and times, in this order: a new owner takes the
// set-user-ID bit and the capabilities away, and all of them change the times.
func (p *packet) finish(in *directory, name string, mode uint32, h *tar.Header) error {
	attrs, err := attributesOf(h)
	if err != nil {
		return err
	}
	if mode, err = p.Owner.giveName(in.fd, name, mode, uint32(h.Uid), uint32(h.Gid)); err != nil {
		return err
	}
	if mode&unix.S_IFMT != unix.S_IFLNK {
		if err := unix.Fchmodat(in.fd, name, mode&0o7777, 0); err != nil {
			return err
		}
	}
	if err := p.Owner.setAttributes(in.fd, name, attrs); err != nil {
		return err
	}
	times := timesOf(h)
	return unix.UtimesNanoAt(in.fd, name, times[:], unix.AT_SYMLINK_NOFOLLOW)
}

func timesOf(h *tar.Header) [2]unix.Timespec {
	time := unix.Timespec{Sec: h.ModTime.Unix(), Nsec: int64(h.ModTime.Nanosecond())}
	return [2]unix.Timespec{time, time}
}
