package layer

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// overrideName is the attribute in which an ordinary user keeps the owner that a file
// should have. Podman and fuse-overlayfs read it, and write it like this:
// uid:gid:mode, then perhaps :type.
const overrideName = "user.containers.override_stat"

// An override is what a file would be if its maker had been root.
type override struct {
	uid, gid uint32
	mode     uint32 // with the type
	device   uint64
}

func (o *override) String() string {
	text := fmt.Sprintf("%d:%d:%04o", o.uid, o.gid, o.mode&0o7777)
	switch o.mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return text + ":dir"
	case unix.S_IFCHR:
		return fmt.Sprintf("%s:char-%d-%d", text, unix.Major(o.device), unix.Minor(o.device))
	case unix.S_IFBLK:
		return fmt.Sprintf("%s:block-%d-%d", text, unix.Major(o.device), unix.Minor(o.device))
	}
	return text + ":file"
}

var errOverride = errors.New("its attribute " + overrideName + " cannot be read")

// parseOverride reads the attribute of a file whose own type is given.
func parseOverride(text string, typ uint32) (*override, error) {
	fields := strings.Split(text, ":")
	if len(fields) < 3 || len(fields) > 4 {
		return nil, errOverride
	}
	uid, err1 := strconv.ParseUint(fields[0], 10, 32)
	gid, err2 := strconv.ParseUint(fields[1], 10, 32)
	mode, err3 := strconv.ParseUint(fields[2], 8, 32)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, errOverride
	}
	o := &override{uid: uint32(uid), gid: uint32(gid), mode: typ | uint32(mode)&0o7777}
	if len(fields) == 4 {
		return o, o.setType(fields[3])
	}
	return o, nil
}

// setType takes over a type that an ordinary user cannot make.
func (o *override) setType(text string) error {
	words := strings.Split(text, "-")
	typ := map[string]uint32{"char": unix.S_IFCHR, "block": unix.S_IFBLK}[words[0]]
	if typ == 0 {
		return nil
	}
	if len(words) != 3 {
		return errOverride
	}
	major, err1 := strconv.ParseUint(words[1], 10, 32)
	minor, err2 := strconv.ParseUint(words[2], 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return errOverride
	}
	o.mode = o.mode&0o7777 | typ
	o.device = unix.Mkdev(uint32(major), uint32(minor))
	return nil
}
