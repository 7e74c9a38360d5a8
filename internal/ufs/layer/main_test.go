package layer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

func TestMain(m *testing.M) { sandbox.Main(m) }

// snapshot is all that can be seen of a tree: a line for each path, whose parts are type and mode, owner and attributes,
// time, content, and the first of its names.
func snapshot(root string) (map[string]string, error) {
	lines := map[string]string{}
	first := map[inode]string{}
	dir, err := openTop(root)
	if err != nil {
		return nil, err
	}
	defer unix.Close(dir)
	var visit func(dir int, path string) error
	visit = func(dir int, path string) error {
		list, err := entries(dir)
		if err != nil {
			return err
		}
		slices.SortFunc(list, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		for _, e := range list {
			n, err := look(dir, e.Name())
			if err != nil {
				return err
			}
			name := inside(path, e.Name())
			lines[name] = describe(n, filepath.Join(root, name), name, first)
			if n.isDir() {
				fd, err := openDir(dir, e.Name())
				if err != nil {
					return err
				}
				err = visit(fd, name)
				unix.Close(fd)
				if err != nil {
					return err
				}
			}
		}
		return nil
	}
	n, err := look(dir, ".")
	if err != nil {
		return nil, err
	}
	lines["."] = describe(n, root, ".", first)
	return lines, visit(dir, ".")
}

// describe is one line.
func describe(n *node, path, name string, first map[inode]string) string {
	s := n.stat
	text := fmt.Sprintf("%06o|%d:%d", s.Mode, s.Uid, s.Gid)
	for _, attr := range sorted(n.attrs) {
		text += fmt.Sprintf(" %s=%x", attr, n.attrs[attr])
	}
	text += fmt.Sprintf("|%d.%09d|", s.Mtim.Sec, s.Mtim.Nsec)
	switch n.typ() {
	case unix.S_IFREG:
		content, err := os.ReadFile(path)
		text += fmt.Sprintf("%d %x %v", len(content), sum(content), err)
	case unix.S_IFLNK:
		text += "-> " + n.target
	case unix.S_IFCHR, unix.S_IFBLK:
		text += fmt.Sprintf("%x", s.Rdev)
	}
	if !n.isDir() {
		key := inode{s.Dev, s.Ino}
		if first[key] == "" {
			first[key] = name
		}
		text += "|as " + first[key]
	}
	return text
}

func sum(content []byte) (h uint64) {
	for _, c := range content {
		h = h*1099511628211 + uint64(c) + 1
	}
	return h
}

// differing says in which paths two snapshots differ.
func differing(want, got map[string]string) string {
	var b strings.Builder
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if want[path] != got[path] {
			fmt.Fprintf(&b, "%s\n  want %q\n  got  %q\n", path, want[path], got[path])
		}
	}
	return b.String()
}

// archived is the archive of an upper directory.
func archived(upper string, lower ...string) ([]byte, error) {
	var b bytes.Buffer
	a := NewArchive(&b)
	err := Walk(upper, lower, a.Add)
	if err == nil {
		err = a.Close()
	}
	return b.Bytes(), err
}

// applied unpacks archives onto a directory, as ufs-apply does.
func applied(target string, archives ...[]byte) (err error) {
	s, err := NewStage(target)
	if err != nil {
		return err
	}
	defer func() {
		if e := s.Remove(err != nil); err == nil {
			err = e
		}
	}()
	u, err := NewUnpacking(s.Target, true, false)
	if err != nil {
		return err
	}
	defer unix.Umask(unix.Umask(0))
	below := []int{s.Target}
	var marks []bool
	for i, archive := range archives {
		dir, err := s.Layer(i + 1)
		if err != nil {
			return err
		}
		defer unix.Close(dir)
		src := &Source{plain: bytes.NewReader(archive)}
		marked, err := u.Unpack(context.Background(), src, dir, below)
		if err != nil {
			return err
		}
		below, marks = append([]int{dir}, below...), append(marks, marked)
	}
	for i, marked := range marks {
		if err := s.Merge(below[len(marks)-1-i], marked); err != nil {
			return err
		}
	}
	return nil
}

// unpacked unpacks an archive as a layer of its own.
func unpacked(dir string, archive io.Reader) error {
	fd, err := openTop(dir)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	u, err := NewUnpacking(fd, true, false)
	if err != nil {
		return err
	}
	defer unix.Umask(unix.Umask(0))
	_, err = u.Unpack(context.Background(), &Source{plain: archive}, fd, nil)
	return err
}
