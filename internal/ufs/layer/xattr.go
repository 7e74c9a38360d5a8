package layer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// The attributes by which overlayfs remembers things. Root's are out of the reach of
// others; the others' are for mounts made in a user namespace.
var overlayPrefixes = []string{"trusted.overlay.", "user.overlay."}

// overlays says whether an attribute is overlayfs's own, and which.
func overlays(name string) (own string, ok bool) {
	for _, prefix := range overlayPrefixes {
		if own, ok := strings.CutPrefix(name, prefix); ok {
			return own, true
		}
	}
	return "", false
}

// place is a path for the calls that take no descriptor of a directory. It leads
// through the open directory, so that nothing on the way can be exchanged.
func place(dir int, name string) string { return fmt.Sprintf("/proc/self/fd/%d/%s", dir, name) }

// attributes lists the names of a file's extended attributes, sorted.
func attributes(dir int, name string) (names []string, err error) {
	path := place(dir, name)
	var few [512]byte
	list := few[:]
	for {
		n, err := unix.Llistxattr(path, list)
		switch err {
		case nil:
			for attr := range bytes.SplitSeq(list[:n], []byte{0}) {
				if len(attr) > 0 {
					names = append(names, string(attr))
				}
			}
			slices.Sort(names)
			return names, nil
		case unix.EOPNOTSUPP:
			return nil, nil
		case unix.ERANGE:
			list = make([]byte, 1<<16) // the kernel's limit
		default:
			return nil, err
		}
	}
}

// attribute is the value of one, "" if there is none.
func attribute(dir int, name, attr string) (string, error) {
	path := place(dir, name)
	var few [256]byte
	n, err := unix.Lgetxattr(path, attr, few[:])
	if err == unix.ERANGE {
		many := make([]byte, 1<<16)
		n, err = unix.Lgetxattr(path, attr, many)
		if err == nil {
			return string(many[:n]), nil
		}
	}
	if err == unix.ENODATA || err == unix.EOPNOTSUPP {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return string(few[:n]), nil
}

// setAttribute sets one. Without a name it is one of the open file itself.
func setAttribute(dir int, name, attr, value string) error {
	if name == "" {
		return unix.Fsetxattr(dir, attr, []byte(value), 0)
	}
	return unix.Lsetxattr(place(dir, name), attr, []byte(value), 0)
}

// IsOpaque reports whether a directory hides the one below it. The value x says that
// there are whiteouts by attribute in it, and hides nothing.
func IsOpaque(dir int) (bool, error) {
	for _, prefix := range overlayPrefixes {
		value, err := attribute(dir, ".", prefix+"opaque")
		if err != nil || value == "y" {
			return err == nil, err
		}
	}
	return false, nil
}

// makeOpaque makes a directory hide the one below it. Attributes that begin with
// trusted are for root of the machine.
func makeOpaque(dir int) (err error) {
	for _, prefix := range overlayPrefixes {
		if err = unix.Fsetxattr(dir, prefix+"opaque", []byte("y"), 0); err != unix.EPERM {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("mark the directory opaque: %w", err)
	}
	return nil
}

// unmark takes back makeOpaque.
func unmark(dir int) error {
	for _, prefix := range overlayPrefixes {
		err := unix.Fremovexattr(dir, prefix+"opaque")
		if err != nil && !errors.Is(err, unix.ENODATA) && err != unix.EPERM && err != unix.EOPNOTSUPP {
			return err
		}
	}
	return nil
}
