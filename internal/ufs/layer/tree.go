package layer

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// A tree is a directory that is being filled. The directories on the way to where the
// last member went are open, the root first. A directory gets its mode, attributes and
// times when it is left: until then its mode might keep us from filling it, what is put
// into it would inherit its access list, and change its times.
type tree struct {
	open  []*directory
	below union // what lies below the root: earlier layers
	owner *owner
}

// A directory is one that is open.
type directory struct {
	name  string
	fd    int
	mode  uint32
	attrs map[string]string
	times [2]unix.Timespec
}

var omit = unix.Timespec{Nsec: unix.UTIME_OMIT}

// newTree begins to fill an empty directory, which is closed by finish.
func newTree(root int, below union, owner *owner) (*tree, error) {
	t := &tree{below: below, owner: owner}
	d := &directory{name: ".", fd: root, mode: 0o755, times: [2]unix.Timespec{omit, omit}}
	t.open = []*directory{d}
	if len(below) > 0 {
		n, err := look(below[0], ".")
		if err == nil {
			err = t.likeBelow(d, n)
		}
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tree) root() *directory { return t.open[0] }

// enter makes the directory with these names the innermost one that is open.
func (t *tree) enter(parts []string) (*directory, error) {
	depth := 1
	for depth < len(t.open) && depth <= len(parts) && t.open[depth].name == parts[depth-1] {
		depth++
	}
	if err := t.leave(depth); err != nil {
		return nil, err
	}
	for i := depth - 1; i < len(parts); i++ {
		d, err := t.descend(parts[:i+1])
		if err != nil {
			return nil, err
		}
		t.open = append(t.open, d)
	}
	return t.open[len(t.open)-1], nil
}

// descend opens the last of these directories, which is in the innermost one that is
// open. If there is none it is made, as many archives leave out what every system has.
func (t *tree) descend(parts []string) (*directory, error) {
	in, name := t.open[len(t.open)-1], parts[len(parts)-1]
	var stat unix.Stat_t
	err := unix.Fstatat(in.fd, name, &stat, unix.AT_SYMLINK_NOFOLLOW)
	switch {
	case err == unix.ENOENT:
		return t.implied(in, parts)
	case err != nil:
		return nil, err
	case stat.Mode&unix.S_IFMT != unix.S_IFDIR:
		return nil, notThrough(name, stat.Mode)
	}
	fd, err := forceDir(in.fd, name, &stat)
	if err != nil {
		return nil, err
	}
	return &directory{name: name, fd: fd, mode: stat.Mode & 0o7777, times: [2]unix.Timespec{stat.Atim, stat.Mtim}}, nil
}

// notThrough says what lies in the way.
func notThrough(name string, mode uint32) error {
	if mode&unix.S_IFMT == unix.S_IFLNK {
		return fmt.Errorf("leads through a symbolic link, %s", name)
	}
	return fmt.Errorf("lies in %s, which is no directory", name)
}

// implied makes a directory that is no member of its own. It is as the one below is,
// because it will hide that one's owner and mode.
func (t *tree) implied(in *directory, parts []string) (*directory, error) {
	d, err := makeDir(in.fd, parts[len(parts)-1])
	if err != nil {
		return nil, err
	}
	below, err := t.below.find(parts)
	switch {
	case errors.Is(err, unix.ENOENT):
		return d, nil
	case err == nil && !below.isDir():
		err = fmt.Errorf("%w in an earlier layer", notThrough(below.name, below.stat.Mode))
	case err == nil:
		err = t.likeBelow(d, below)
	}
	if err != nil {
		unix.Close(d.fd)
		return nil, err
	}
	return d, nil
}

// makeDir makes a directory that nobody else gets into yet.
func makeDir(in int, name string) (*directory, error) {
	if err := unix.Mkdirat(in, name, 0o700); err != nil {
		return nil, err
	}
	fd, err := openDir(in, name)
	return &directory{name: name, fd: fd, mode: 0o755, times: [2]unix.Timespec{omit, omit}}, err
}

// likeBelow gives an open directory what the one below it has.
func (t *tree) likeBelow(d *directory, n *node) error {
	mode, err := t.owner.give(d.fd, n.stat.Mode, n.stat.Uid, n.stat.Gid)
	d.mode, d.attrs, d.times = mode&0o7777, n.attrs, [2]unix.Timespec{n.stat.Atim, n.stat.Mtim}
	return err
}

// leave closes all directories but the outermost ones.
func (t *tree) leave(depth int) (err error) {
	for len(t.open) > depth {
		d := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		if e := d.close(t.owner); e != nil && err == nil {
			err = e
		}
	}
	return err
}

// finish leaves the root as well.
func (t *tree) finish() error { return t.leave(0) }

func (d *directory) close(o *owner) error {
	defer unix.Close(d.fd)
	if err := o.setAttributes(d.fd, "", d.attrs); err != nil {
		return err
	}
	if err := unix.Fchmod(d.fd, d.mode); err != nil {
		return fmt.Errorf("set the mode of %s: %w", d.name, err)
	}
	if d.times[0] == omit && d.times[1] == omit {
		return nil
	}
	if err := setTimes(d.fd, d.times); err != nil {
		return fmt.Errorf("set the times of %s: %w", d.name, err)
	}
	return nil
}
