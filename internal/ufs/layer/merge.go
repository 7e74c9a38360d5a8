package layer

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// A merger puts a layer onto a directory: what a whiteout names is removed, a
// directory becomes one with the directory of its name, and everything else is
// renamed, replacing what is there.
type merger struct {
	marked bool // there are whiteouts or opaque directories in the layer
	owner  *owner
	spare  string // the name in the target that is not part of it
}

// merge merges two open directories. The first is used up; n is what it was before.
func (m *merger) merge(n *node, layer, target int) error {
	if n.isOpaque() {
		if err := removeIn(target, m.spare); err != nil {
			return err
		}
	}
	list, err := entries(layer)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := m.name(layer, target, e.Name()); err != nil {
			return err
		}
	}
	return m.become(target, n)
}

// name merges what one name stands for in both.
func (m *merger) name(layer, target int, name string) error {
	n, err := look(layer, name)
	if err != nil {
		return err
	}
	if n.isWhiteout() {
		return named(name, removeAll(target, name))
	}
	var old unix.Stat_t
	err = unix.Fstatat(target, name, &old, unix.AT_SYMLINK_NOFOLLOW)
	wasDir := old.Mode&unix.S_IFMT == unix.S_IFDIR
	switch {
	case err == unix.ENOENT:
	case err != nil:
		return named(name, err)
	case wasDir && n.isDir() && !n.isOpaque():
		return m.both(n, target, &old)
	case wasDir || n.isDir():
		if err := removeAll(target, name); err != nil {
			return named(name, err)
		}
	}
	if n.isDir() && m.marked {
		if err := m.settle(n); err != nil {
			return named(name, err)
		}
	}
	return named(name, move(layer, name, target, name))
}

// both merges a directory of the layer with one of the target.
func (m *merger) both(n *node, target int, old *unix.Stat_t) error {
	from, err := forceDir(n.dir, n.name, &n.disk)
	if err != nil {
		return named(n.name, err)
	}
	defer unix.Close(from)
	to, err := forceDir(target, n.name, old)
	if err != nil {
		return named(n.name, err)
	}
	defer unix.Close(to)
	return m.merge(n, from, to)
}

// named adds the name that an error is about.
func named(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

// settle takes the marks out of a directory that lies on none.
func (m *merger) settle(n *node) error {
	dir, err := forceDir(n.dir, n.name, &n.disk)
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	list, err := entries(dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		inner, err := look(dir, e.Name())
		switch {
		case err != nil:
		case inner.isWhiteout():
			err = unix.Unlinkat(dir, e.Name(), 0)
		case inner.isDir():
			err = m.settle(inner)
		}
		if err != nil {
			return named(e.Name(), err)
		}
	}
	if err := unmark(dir); err != nil {
		return err
	}
	return restore(dir, &n.disk)
}

// restore gives an open directory the mode and the times that it had.
func restore(dir int, stat *unix.Stat_t) error {
	if err := unix.Fchmod(dir, stat.Mode&0o7777); err != nil {
		return err
	}
	return setTimes(dir, [2]unix.Timespec{stat.Atim, stat.Mtim})
}

// become gives the target what the layer says of a directory.
func (m *merger) become(target int, n *node) error {
	old, err := look(target, ".")
	if err != nil {
		return err
	}
	if err := unix.Fremovexattr(target, overrideName); err != nil && err != unix.ENODATA && err != unix.EOPNOTSUPP {
		return err
	}
	if _, err := m.owner.give(target, n.stat.Mode, n.stat.Uid, n.stat.Gid); err != nil {
		return err
	}
	for name := range old.attrs {
		if _, stays := n.attrs[name]; stays {
			continue
		}
		if err := unix.Fremovexattr(target, name); err != nil && err != unix.EPERM {
			return fmt.Errorf("remove the attribute %s: %w", name, err)
		}
	}
	if err := m.owner.setAttributes(target, "", n.attrs); err != nil {
		return err
	}
	return restore(target, &n.disk)
}

// move renames. To move a directory one must be allowed to write to it, because of
// its "..".
func move(from int, name string, to int, as string) error {
	err := unix.Renameat2(from, name, to, as, 0)
	var stat unix.Stat_t
	if err != unix.EACCES || unix.Fstatat(from, name, &stat, unix.AT_SYMLINK_NOFOLLOW) != nil || stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		return err
	}
	if err := unix.Fchmodat(from, name, stat.Mode&0o7777|0o700, 0); err != nil {
		return err
	}
	if err := unix.Renameat2(from, name, to, as, 0); err != nil {
		return err
	}
	return unix.Fchmodat(to, as, stat.Mode&0o7777, 0)
}
