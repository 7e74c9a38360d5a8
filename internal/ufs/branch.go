package ufs

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// What may be done to a branch, as aufs calls it.
const (
	writable     = "rw"
	readOnly     = "ro"
	readWhiteout = "ro+wh"
)

// A Branch is a layer, written DIR=MODE.
type Branch struct{ Dir, Mode string }

func (b Branch) MarshalText() ([]byte, error) { return []byte(b.Dir + "=" + b.Mode), nil }

func (b *Branch) UnmarshalText(text []byte) error {
	at := strings.LastIndexByte(string(text), '=')
	if at <= 0 {
		return fmt.Errorf("%q is no branch: write DIR=rw, DIR=ro or DIR=ro+wh", text)
	}
	b.Dir, b.Mode = string(text[:at]), string(text[at+1:])
	if b.Mode != writable && b.Mode != readOnly && b.Mode != readWhiteout {
		return fmt.Errorf("%q is no branch: %q is not one of rw, ro and ro+wh", text, b.Mode)
	}
	return nil
}

// checkBranches wants the kind of stack that overlayfs has.
func (m *Mount) checkBranches() error {
	for i, b := range m.Branch {
		if b.Mode == writable && i > 0 {
			return &chain.Hinted{
				Err:  fmt.Errorf("unite layers: branch %s is writable and not the topmost", b.Dir),
				Hint: "overlayfs writes to one layer only, which lies on all others: the first --branch",
			}
		}
	}
	return nil
}

// plain refuses a branch that is said to hide nothing and does.
func (t *tree) plain(dir string) error {
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read branch %s: %w", name, Plainly(err))
		}
		what, err := t.hides(name, entry)
		if err != nil {
			return fmt.Errorf("read branch %s: %w", name, err)
		}
		if what != "" {
			return &chain.Hinted{
				Err:  fmt.Errorf("read branch %s: %s is %s, and a plain branch hides nothing", dir, name, what),
				Hint: "if it is meant to hide files of the branches below, its mode is ro+wh",
			}
		}
		return nil
	})
}

// hides says what a file is by which a layer hides, or shows elsewhere, files of the
// layers below; or "".
func (t *tree) hides(name string, entry fs.DirEntry) (what string, err error) {
	if entry.Type()&fs.ModeCharDevice != 0 {
		var info unix.Stat_t
		if err := unix.Lstat(name, &info); err != nil {
			return "", err
		}
		if info.Rdev == 0 {
			return "a whiteout", nil
		}
	}
	for _, mark := range []struct{ name, what string }{
		{"opaque", "an opaque directory"},
		{"redirect", "a renamed directory or file"},
		{"whiteout", "a whiteout"},
		{"metacopy", "a file without its content"},
	} {
		_, err := unix.Lgetxattr(name, t.marks+mark.name, nil)
		switch {
		case err == nil:
			return mark.what, nil
		case !errors.Is(err, unix.ENODATA) && !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.EPERM):
			return "", err
		}
	}
	return "", nil
}
