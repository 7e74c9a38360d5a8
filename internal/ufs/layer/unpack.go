package layer

import (
	"archive/tar"
	"context"
	"fmt"
	"io"

	"golang.org/x/sys/unix"
)

// An Unpacking is the work of one call: archives that are unpacked one after the
// other, and what they may do.
type Unpacking struct {
	Devices bool // device nodes are made
	Owner   *owner
	Limits  *limits
	buffer  []byte
}

// NewUnpacking asks the file system of an open directory how much room it has.
func NewUnpacking(dir int, devices, squash bool) (*Unpacking, error) {
	limits, err := newLimits(dir)
	return &Unpacking{Devices: devices, Owner: newOwner(squash), Limits: limits, buffer: make([]byte, 1<<17)}, err
}

// A packet is one archive on its way into one directory.
type packet struct {
	*Unpacking
	tree   *tree
	in     *reader
	marked bool // there is a whiteout or an opaque directory in it
}

// Unpack unpacks an archive into an empty directory that is open. Below are those that
// it will lie on, the topmost first. Marked reports whether it hides any of theirs.
func (u *Unpacking) Unpack(ctx context.Context, s *Source, dir int, below []int) (marked bool, err error) {
	root, err := unix.FcntlInt(uintptr(dir), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return false, err
	}
	t, err := newTree(root, below, u.Owner)
	if err != nil {
		return false, err
	}
	p := &packet{Unpacking: u, tree: t, in: newReader(s.plain)}
	err = p.members(ctx)
	if e := t.finish(); err == nil {
		err = e
	}
	return p.marked, err
}

func (p *packet) members(ctx context.Context) error {
	for {
		h, err := p.in.next()
		switch {
		case err == io.EOF:
			return nil
		case err == nil:
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if err := p.member(ctx, h); err != nil {
			return fmt.Errorf("member %s: %w", h.Name, err)
		}
	}
}

// member puts one member where it belongs.
func (p *packet) member(ctx context.Context, h *tar.Header) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil // words about the archive
	}
	parts, err := split(h.Name)
	if err != nil {
		return err
	}
	if err := p.Limits.take(h); err != nil {
		return err
	}
	means, name, err := meaningOf(parts)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		return p.root(h)
	}
	in, err := p.tree.enter(parts[:len(parts)-1])
	if err != nil {
		return err
	}
	if means != file && (h.Typeflag != tar.TypeReg || h.Size != 0) {
		return fmt.Errorf("a whiteout is an empty file, and nothing else")
	}
	switch means {
	case whiteout:
		p.marked = true
		return hide(in.fd, name)
	case opaque:
		p.marked = true
		return makeOpaque(in.fd)
	}
	return p.make(ctx, in, parts, h)
}

// root gives the directory itself what the archive says of it.
func (p *packet) root(h *tar.Header) error {
	if h.Typeflag != tar.TypeDir {
		return fmt.Errorf("would replace the directory itself")
	}
	in, err := p.tree.enter(nil)
	if err != nil {
		return err
	}
	return p.directory(in, h)
}

// hide makes a whiteout. Within one archive it does not matter which comes first, the
// whiteout or a file of the same name: the whiteout is meant for what is below.
func hide(dir int, name string) error {
	err := unix.Mknodat(dir, name, unix.S_IFCHR, 0)
	if err != unix.EEXIST {
		return err
	}
	n, err := look(dir, name)
	if err != nil || !n.isDir() {
		return err
	}
	fd, err := openDir(dir, name)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return makeOpaque(fd)
}
