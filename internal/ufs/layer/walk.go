package layer

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A walk goes through an upper directory, beside it through what lies below.
type walk struct {
	known bool // what lies below is known
	tell  func(*Change) error
}

// Walk tells of all that an upper directory holds, in an order that depends on the
// names alone: a directory comes before what is in it, and of what is in it the
// whiteouts come first, as the image specification wants it.
func Walk(upper string, lower []string, tell func(*Change) error) error {
	top, err := openTop(upper)
	if err != nil {
		return fmt.Errorf("read upper %s: %w", upper, err)
	}
	defer unix.Close(top)
	var below union
	defer func() { below.close() }()
	for _, dir := range lower {
		fd, err := openTop(dir)
		if err != nil {
			return fmt.Errorf("read lower %s: %w", dir, err)
		}
		below = append(below, fd)
	}
	w := &walk{known: len(lower) > 0, tell: tell}
	return w.top(top, below)
}

func openTop(dir string) (int, error) {
	return unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

// top is the root of the tree.
func (w *walk) top(upper int, below union) error {
	n, err := look(upper, ".")
	if err != nil {
		return err
	}
	c := &Change{Kind: Same, Path: ".", node: n}
	if w.known {
		under, err := look(below[0], ".")
		if err != nil {
			return err
		}
		c.compare(under)
	}
	c.Opaque = n.isOpaque()
	if c.Opaque {
		below = nil
	}
	if err := w.tell(c); err != nil {
		return err
	}
	return w.directory(".", upper, below, c.Opaque)
}

// directory tells of what is in one. It is fresh if nothing of what lies below shows
// through it.
func (w *walk) directory(path string, dir int, below union, fresh bool) error {
	if strings.Count(path, "/") > deepest {
		return fmt.Errorf("%s: lies more than %d directories deep", path, deepest)
	}
	list, err := entries(dir)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	slices.SortFunc(list, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var later []string
	for _, e := range list {
		if e.Type()&os.ModeCharDevice == 0 && !e.Type().IsRegular() {
			later = append(later, e.Name())
			continue
		}
		n, err := look(dir, e.Name())
		switch {
		case err == nil && n.isWhiteout():
			err = w.deleted(inside(path, e.Name()), n, below)
		case err == nil:
			later = append(later, e.Name())
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", inside(path, e.Name()), err)
		}
	}
	for _, name := range later {
		if err := w.name(inside(path, name), dir, name, below, fresh); err != nil {
			return err
		}
	}
	return nil
}

func inside(path, name string) string {
	if path == "." {
		return name
	}
	return path + "/" + name
}

// deleted tells of a whiteout, unless there is nothing that it hides.
func (w *walk) deleted(path string, n *node, below union) error {
	if w.known {
		under, dirs, err := below.at(n.name)
		dirs.close()
		if err != nil || under == nil {
			return err
		}
	}
	return w.tell(&Change{Kind: Deleted, Path: path, node: n})
}

// name tells of one name, and goes into it if it is a directory.
func (w *walk) name(path string, dir int, name string, below union, fresh bool) error {
	n, err := look(dir, name)
	if err == nil {
		err = n.check()
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	under, dirs, err := below.at(name)
	if err != nil {
		return fmt.Errorf("read %s in a lower layer: %w", path, err)
	}
	defer dirs.close()
	c := &Change{Path: path, node: n}
	if err := w.judge(c, under, fresh); err != nil {
		return fmt.Errorf("compare %s: %w", path, err)
	}
	if err := w.tell(c); err != nil || !n.isDir() {
		return err
	}
	inner, err := openDir(dir, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	defer unix.Close(inner)
	if n.isOpaque() {
		return w.directory(path, inner, nil, true)
	}
	return w.directory(path, inner, dirs, fresh)
}

// judge finds out of which kind a change is.
func (w *walk) judge(c *Change, under *node, fresh bool) error {
	c.Opaque = c.node.isOpaque()
	switch {
	case !w.known && (fresh || c.Opaque):
		c.Kind = Added
	case !w.known:
		c.Kind = Changed // or added: nobody knows
	case under == nil:
		c.Kind, c.Opaque = Added, false
	case under.typ() != c.node.typ(), c.Opaque:
		c.Kind, c.Opaque = Replaced, c.Opaque && under.isDir()
	default:
		return c.compare(under)
	}
	return nil
}
