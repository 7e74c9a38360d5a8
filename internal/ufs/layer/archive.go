package layer

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// An Archive is a layer archive that is being written.
type Archive struct {
	Time    *time.Time // of all members, nil for each its own
	Sockets []string   // that were left out, as an archive has none

	out    *tar.Writer
	links  map[inode]*linked
	buffer []byte
}

// An inode is a file whatever its name.
type inode struct{ dev, ino uint64 }

// linked is a file that has more names than were met so far.
type linked struct {
	first string
	left  uint64
}

func NewArchive(to io.Writer) *Archive {
	return &Archive{out: tar.NewWriter(to), links: map[inode]*linked{}, buffer: make([]byte, 1<<17)}
}

// Close ends the archive.
func (a *Archive) Close() error { return a.out.Close() }

// Add writes one change. All that is in the upper layer is written, as it may have
// been put there for its times alone.
func (a *Archive) Add(c *Change) error {
	if err := a.add(c); err != nil {
		return fmt.Errorf("member %s: %w", c.Path, err)
	}
	return nil
}

func (a *Archive) add(c *Change) error {
	name := path.Base(c.Path)
	switch {
	case c.Kind == Deleted:
		return a.mark(path.Join(path.Dir(c.Path), whiteoutPrefix+name), c.node)
	case strings.HasPrefix(name, whiteoutPrefix):
		return errors.New("in an archive, a name that begins with " + whiteoutPrefix + " stands for a deleted file")
	case c.node.typ() == unix.S_IFSOCK:
		a.Sockets = append(a.Sockets, c.Path)
		return nil
	}
	h, err := a.header(c)
	if err != nil {
		return err
	}
	if err := a.out.WriteHeader(h); err != nil {
		return err
	}
	if h.Typeflag == tar.TypeReg {
		if err := a.content(c.node); err != nil {
			return err
		}
	}
	if c.Opaque {
		return a.mark(path.Join(c.Path, opaqueName), c.node)
	}
	return nil
}

// mark writes the empty file that stands for a whiteout or an opaque directory.
func (a *Archive) mark(name string, n *node) error {
	return a.out.WriteHeader(&tar.Header{Format: tar.FormatPAX, Typeflag: tar.TypeReg, Name: name, ModTime: a.time(n)})
}

func (a *Archive) time(n *node) time.Time {
	if a.Time != nil {
		return *a.Time
	}
	return time.Unix(n.stat.Mtim.Unix())
}

// typeflags are the types of members.
var typeflags = map[uint32]byte{
	unix.S_IFREG: tar.TypeReg, unix.S_IFDIR: tar.TypeDir, unix.S_IFLNK: tar.TypeSymlink,
	unix.S_IFCHR: tar.TypeChar, unix.S_IFBLK: tar.TypeBlock, unix.S_IFIFO: tar.TypeFifo,
}

// header is what stands before a member. The format is that of POSIX, which has room
// for long names, for large numbers, and for times between two seconds.
func (a *Archive) header(c *Change) (*tar.Header, error) {
	n := c.node
	h := &tar.Header{
		Format: tar.FormatPAX, Typeflag: typeflags[n.typ()], Name: c.Path, Linkname: n.target,
		Mode: int64(n.stat.Mode & 0o7777), Uid: int(n.stat.Uid), Gid: int(n.stat.Gid), ModTime: a.time(n),
	}
	switch n.typ() {
	case unix.S_IFDIR:
		h.Name += "/"
	case unix.S_IFREG:
		h.Size = n.stat.Size
	case unix.S_IFCHR, unix.S_IFBLK:
		h.Devmajor, h.Devminor = int64(unix.Major(n.stat.Rdev)), int64(unix.Minor(n.stat.Rdev))
	}
	if first := a.link(c); first != "" {
		h.Typeflag, h.Linkname, h.Size = tar.TypeLink, first, 0
		return h, nil
	}
	for name, value := range n.attrs {
		if strings.Contains(name, "=") {
			return nil, fmt.Errorf("an archive cannot hold an attribute with an equals sign in its name: %s", name)
		}
		if h.PAXRecords == nil {
			h.PAXRecords = map[string]string{}
		}
		h.PAXRecords[xattrPrefix+name] = value
	}
	return h, nil
}

// link is the first name of a file that was written already under another one. Once
// all names were met the file is forgotten.
func (a *Archive) link(c *Change) (first string) {
	n := c.node
	if n.isDir() || n.stat.Nlink < 2 {
		return ""
	}
	key := inode{n.stat.Dev, n.stat.Ino}
	known := a.links[key]
	if known == nil {
		a.links[key] = &linked{c.Path, uint64(n.stat.Nlink) - 1}
		return ""
	}
	if known.left--; known.left == 0 {
		delete(a.links, key)
	}
	return known.first
}

// content copies a file into the archive. Its holes become zeros: the image
// specification has none, as not all readers know them.
func (a *Archive) content(n *node) error {
	f, err := n.open()
	if err != nil {
		return err
	}
	defer f.Close()
	for left := n.stat.Size; left > 0; {
		size, err := f.Read(a.buffer[:min(left, int64(len(a.buffer)))])
		if size == 0 || err != nil {
			return errors.New("it was changed while it was read")
		}
		if _, err := a.out.Write(a.buffer[:size]); err != nil {
			return err
		}
		left -= int64(size)
	}
	return nil
}
