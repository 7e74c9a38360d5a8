package layer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// A Kind is how a path in an upper layer differs from what lies below.
type Kind rune

const (
	Added    Kind = 'A'
	Changed  Kind = 'C'
	Deleted  Kind = 'D'
	Replaced Kind = 'R' // by something of another type, or by a new directory
	Metadata Kind = 'M' // the content is the same
	Same     Kind = ' ' // it is there for what is in it, or was only touched
)

var kinds = map[Kind]string{Added: "added", Changed: "changed", Deleted: "deleted", Replaced: "replaced", Metadata: "metadata"}

// A Change is one path of an upper layer.
type Change struct {
	Kind   Kind
	Path   string // from the root of the tree, which is "."
	Opaque bool   // a directory that hides the one below
	node   *node
}

// compare finds out what differs from a node of the same type.
func (c *Change) compare(under *node) error {
	same, err := sameContent(c.node, under)
	switch {
	case err != nil:
		return err
	case !same:
		c.Kind = Changed
	case !sameMetadata(c.node, under):
		c.Kind = Metadata
	default:
		c.Kind = Same
	}
	return nil
}

// sameMetadata leaves out the time of a directory, which changes with what is in it.
func sameMetadata(a, b *node) bool {
	return a.stat.Mode == b.stat.Mode && a.stat.Uid == b.stat.Uid && a.stat.Gid == b.stat.Gid &&
		maps.Equal(a.attrs, b.attrs) && (a.isDir() || a.stat.Mtim == b.stat.Mtim)
}

func sameContent(a, b *node) (bool, error) {
	switch a.typ() {
	case unix.S_IFREG:
		if a.stat.Size != b.stat.Size {
			return false, nil
		}
		return sameBytes(a, b)
	case unix.S_IFLNK:
		return a.target == b.target, nil
	case unix.S_IFCHR, unix.S_IFBLK:
		return a.stat.Rdev == b.stat.Rdev, nil
	}
	return true, nil
}

// sameBytes compares two files of one size.
func sameBytes(a, b *node) (bool, error) {
	one, err := a.open()
	if err != nil {
		return false, err
	}
	defer one.Close()
	other, err := b.open()
	if err != nil {
		return false, err
	}
	defer other.Close()
	var buffers [2][1 << 15]byte
	for {
		n, err1 := fill(one, buffers[0][:])
		m, err2 := fill(other, buffers[1][:])
		if !bytes.Equal(buffers[0][:n], buffers[1][:m]) {
			return false, nil
		}
		if err1 == io.EOF && err2 == io.EOF {
			return true, nil
		}
		for _, err := range []error{err1, err2} {
			if err != nil && err != io.EOF {
				return false, err
			}
		}
	}
}

// open opens a regular file.
func (n *node) open() (*os.File, error) {
	fd, err := unix.Openat(n.dir, n.name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), n.name), nil
}

// absolute is the path as a program in the tree would write it.
func (c *Change) absolute() string {
	if c.Path == "." {
		return "/"
	}
	return "/" + c.Path
}

// Text is a line for people, as docker diff prints it. What would end the line or
// speak to the terminal is written as Go and C have it.
func (c *Change) Text() string {
	path := c.absolute()
	if strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar || r == '\\' }) {
		quoted := strconv.Quote(path)
		path = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	}
	return string(c.Kind) + " " + path + "\n"
}

var types = map[uint32]string{
	unix.S_IFREG: "file", unix.S_IFDIR: "directory", unix.S_IFLNK: "link", unix.S_IFCHR: "character device",
	unix.S_IFBLK: "block device", unix.S_IFIFO: "fifo", unix.S_IFSOCK: "socket",
}

// JSON is an object in a line, for programs. JSON has no bytes, so a path that is no
// text is there once more in base64.
func (c *Change) JSON() string {
	line := struct {
		Kind   string `json:"kind"`
		Path   string `json:"path"`
		Bytes  string `json:"path_base64,omitempty"`
		Type   string `json:"type,omitempty"`
		Opaque bool   `json:"opaque,omitempty"`
	}{Kind: kinds[c.Kind], Path: c.absolute(), Opaque: c.Opaque}
	if !utf8.ValidString(c.Path) {
		line.Bytes = base64.StdEncoding.EncodeToString([]byte(line.Path))
	}
	if c.Kind != Deleted {
		line.Type = types[c.node.typ()]
	}
	text, _ := json.Marshal(line)
	return string(text) + "\n"
}
