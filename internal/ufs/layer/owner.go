package layer

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// An owner gives files away as far as we may. Root may do everything. An ordinary
// user can give nobody anything, and root of a user namespace only to those who are
// in it: for them the owner is written down in an attribute, or is forgotten.
type owner struct {
	squash bool // forget it
	uid    int
	gid    int
	Kept   int // files whose owner is in the attribute
	Nodes  int // and files that stand for a device, which is in it too
	Lost   int // files whose owner is forgotten
	Left   int // extended attributes that we may not set
}

func newOwner(squash bool) *owner {
	return &owner{squash: squash, uid: os.Geteuid(), gid: os.Getegid()}
}

// give makes an open file or directory somebody's. It returns the mode to give it.
func (o *owner) give(fd int, mode, uid, gid uint32) (uint32, error) {
	return o.given(unix.Fchown(fd, int(uid), int(gid)), fd, "", mode, uid, gid)
}

// giveName does the same for what cannot be opened.
func (o *owner) giveName(dir int, name string, mode, uid, gid uint32) (uint32, error) {
	err := unix.Fchownat(dir, name, int(uid), int(gid), unix.AT_SYMLINK_NOFOLLOW)
	return o.given(err, dir, name, mode, uid, gid)
}

// given does what remains. A set-user-ID bit would turn its users into us where the file
// stays ours, so it goes. The owner of a file may need to read it for others.
func (o *owner) given(err error, dir int, name string, mode, uid, gid uint32) (uint32, error) {
	if err == nil {
		return mode, nil
	}
	// EPERM: we may not; EINVAL: the user namespace has no such id.
	if err != unix.EPERM && err != unix.EINVAL {
		return 0, fmt.Errorf("give it to %d:%d: %w", uid, gid, err)
	}
	kept := &override{uid: uid, gid: gid, mode: mode}
	typ := mode & unix.S_IFMT
	switch {
	case o.squash || typ != unix.S_IFREG && typ != unix.S_IFDIR:
		o.Lost++ // other files take no attributes of a user
		return mode &^ 0o6000, nil
	case typ == unix.S_IFREG:
		return mode&^0o6000 | 0o600, o.keep(dir, name, kept)
	}
	return mode&^0o6000 | 0o700, o.keep(dir, name, kept)
}

// keep writes an owner down.
func (o *owner) keep(dir int, name string, kept *override) error {
	o.Kept++
	if err := setAttribute(dir, name, overrideName, kept.String()); err != nil {
		return fmt.Errorf("keep the owner %d:%d in %s: %w", kept.uid, kept.gid, overrideName, err)
	}
	return nil
}

// setAttributes sets extended attributes. Those with security in their names are for
// root, and what an ordinary user gets is a file without them.
func (o *owner) setAttributes(dir int, name string, attrs map[string]string) error {
	for _, attr := range sorted(attrs) {
		err := setAttribute(dir, name, attr, attrs[attr])
		mine := strings.HasPrefix(attr, "user.")
		if errors.Is(err, unix.EPERM) && !mine && o.uid != 0 {
			o.Left++
			continue
		}
		if err != nil {
			return fmt.Errorf("set its attribute %s: %w", attr, err)
		}
	}
	return nil
}

func sorted(attrs map[string]string) []string {
	names := make([]string, 0, len(attrs))
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
