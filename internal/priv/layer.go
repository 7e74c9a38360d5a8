package priv

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// A Layer is a directory, or a file, that will be seen At some place of the root when the
// program runs. Several may be seen at "/": then what one lacks is that of the next.
type Layer struct{ Dir, At string }

// LookIn says what the root will be made of in which users are looked up, the topmost
// first. No symbolic link leads out of a layer.
func (d *Drop) LookIn(tree ...Layer) { d.tree = tree }

// read reads a file of the root whose users count.
func (d *Drop) read(file string) (string, error) {
	tree := d.tree
	if len(tree) == 0 {
		tree = []Layer{{"/", "/"}}
	}
	for _, l := range tree {
		rest, inside := l.holds(file)
		if !inside {
			continue
		}
		text, last, err := l.read(rest, file)
		if !errors.Is(err, fs.ErrNotExist) || last || path.Clean(l.At) != "/" {
			return text, err
		}
	}
	return "", &os.PathError{Op: "open", Path: file, Err: unix.ENOENT}
}

// holds reports whether a path of the root is in the layer, and where.
func (l Layer) holds(file string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(file, strings.TrimSuffix(path.Join("/", l.At), "/"))
	return strings.TrimPrefix(rest, "/"), ok && (rest == "" || rest[0] == '/')
}

// read reads a file of the layer. It is the last one to be asked if it hides what the
// layers below have.
func (l Layer) read(rest, called string) (text string, last bool, err error) {
	if rest == "" {
		text, err = bounded(unix.AT_FDCWD, l.Dir, called, 0)
		return text, true, err
	}
	dir, err := unix.Open(l.Dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", false, &os.PathError{Op: "open", Path: called, Err: err}
	}
	defer unix.Close(dir)
	whiteout, link := marks(dir, rest)
	if whiteout {
		return "", true, &os.PathError{Op: "open", Path: called, Err: unix.ENOENT}
	}
	text, err = bounded(dir, rest, called, unix.RESOLVE_IN_ROOT|unix.RESOLVE_NO_MAGICLINKS)
	return text, link || opaque(dir, path.Dir(rest)), err
}

// marks reports whether the file, or a directory that it would be in, is a whiteout:
// overlayfs's device 0/0, which says that there is no such file; or a symbolic link, which
// may lead to another layer. That way we do not go.
func marks(dir int, file string) (whiteout, link bool) {
	for ; file != "."; file = path.Dir(file) {
		look, err := unix.Openat2(dir, file, &unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT})
		if err != nil {
			continue
		}
		var info unix.Stat_t
		err = unix.Fstat(look, &info)
		unix.Close(look)
		kind := info.Mode & unix.S_IFMT
		whiteout = whiteout || err == nil && kind == unix.S_IFCHR && info.Rdev == 0
		link = link || kind == unix.S_IFLNK
	}
	return whiteout, link
}

// opaque reports whether a directory of a layer hides the same one of the layers below.
func opaque(dir int, name string) bool {
	fd, err := unix.Openat2(dir, name, &unix.OpenHow{Flags: unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT})
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var value [1]byte
	for _, attribute := range []string{"trusted.overlay.opaque", "user.overlay.opaque"} {
		if n, err := unix.Fgetxattr(fd, attribute, value[:]); err == nil && n == 1 && value[0] == 'y' {
			return true
		}
	}
	return false
}
