package ufs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

// A tree is what is to be mounted, as far as it depends on the machine.
type tree struct {
	root     string
	room     argv.Size // of the file system below it, 0 for none
	writable bool      // the upper layer is in that room
	shared   bool      // the mount that the root lies on is shared
	missing  []string  // directories of the upper layer that are to be made
	parts    []part    // of a tree whose root is no overlay
	overlays []overlay
	given    []Option
	flags    uint64 // of mount(2)
	marks    string // what the names of overlayfs's attributes begin with
	users    bool   // a user namespace has the privileges, and knows only some owners
	maps     []argv.Map
	userns   int // the descriptor of a user namespace with those
}

// An overlay is one mount of the tree: most trees have one.
type overlay struct {
	at          string // where it belongs in the tree, "" for its root
	lower       []string
	blank       string // an empty layer below those
	upper, work string
	empty       []directory // directories below at that hide those of the lower layer
	because     string
	top         unix.Stat_t // of the topmost lower layer
}

// tree is where it grows, if there is a room.
func (t *tree) tree() string { return t.root + "/tree" }

// smallRoom has place for a few directories.
const smallRoom argv.Size = 64 << 10

// flags are those of the tree's mounts.
func (m *Mount) flags() uint64 {
	if m.Devices {
		return 0
	}
	return unix.MS_NODEV
}

// plan asks the machine what the tree needs.
func (m *Mount) plan(r *recipe.Recipe) (t *tree, err error) {
	t = &tree{room: m.Scratch, writable: m.Scratch > 0, given: m.Option, maps: m.Map, flags: m.flags(), marks: "trusted.overlay."}
	if t.root, err = filepath.Abs(m.Root); err != nil {
		return nil, err
	}
	if info, err := os.Stat(t.root); err != nil || !info.IsDir() {
		return nil, notADirectory("mount on", t.root, err)
	}
	if t.users = proc.InUserNamespace() || r.EntersUser(); t.users {
		t.given = appendOption(t.given, Option{Key: "userxattr"})
	}
	if slices.Contains(t.given, Option{Key: "userxattr"}) {
		t.marks = "user.overlay."
		if err := conflicting(t.given, t.users); err != nil {
			return nil, err
		}
	}
	var mounts surrounding
	if !r.Clones() || len(m.Lower) == 0 || m.Upper != "" {
		if mounts, err = mountsOf(t.root); err != nil {
			return nil, err
		}
	}
	// A child will be in a mount namespace of its own, in which nothing is shared.
	t.shared = !r.Clones() && mounts.below != nil && mounts.below.Shared
	if m.Machine {
		err = t.machine(mounts.list)
	} else {
		err = t.unite(m, r, mounts.list)
	}
	if err == nil {
		err = t.look(r)
	}
	if err == nil {
		err = t.reserve(r)
	}
	return t, err
}

// look reads what each overlay's top is like.
func (t *tree) look(r *recipe.Recipe) error {
	for i := range t.overlays {
		o := &t.overlays[i]
		if err := unix.Stat(o.lower[0], &o.top); err != nil {
			return fmt.Errorf("read layer %s: %w", o.lower[0], err)
		}
		if r.EntersUser() {
			o.top.Uid, o.top.Gid = 0, 0 // what they will be called in there is not known
		}
	}
	return nil
}

// unknown is the owner whom the kernel shows for all that a user namespace does not know.
const unknown = 65534

// owner is whom an owner of a lower layer appears as, or 0 if nothing can be given to him.
func (t *tree) owner(id uint32) uint32 {
	if t.users && id == unknown {
		return 0
	}
	for _, m := range t.maps {
		if id >= m.Inner && id-m.Inner < m.Count {
			return m.Outer + (id - m.Inner)
		}
	}
	if len(t.maps) > 0 {
		return 0
	}
	return id
}

// A surrounding is the mounts of our namespace.
type surrounding struct {
	list  []proc.Mount
	below *proc.Mount // the one that a directory lies on
}

func mountsOf(dir string) (s surrounding, err error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if errors.Is(err, os.ErrNotExist) {
		err = &chain.Hinted{
			Err:  errors.New("read /proc/self/mountinfo: no such file or directory"),
			Hint: "mount a /proc, so that it can be told what is mounted",
		}
	}
	if err != nil {
		return s, err
	}
	s.list = proc.Mounts(string(text))
	s.below = proc.Mounted(s.list, mountID(dir))
	return s, nil
}

// mountID is the number of the mount that a file is on.
func mountID(file string) uint64 {
	var info unix.Statx_t
	if unix.Statx(unix.AT_FDCWD, file, 0, unix.STATX_MNT_ID, &info) != nil {
		return 0
	}
	return info.Mnt_id
}
