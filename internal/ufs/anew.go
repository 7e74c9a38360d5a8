package ufs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A part is a piece of a tree whose root is no overlay: a directory, a symbolic link, or a
// file of the machine that is shown as it is.
type part struct {
	at   string
	mode fs.FileMode
	link string
	lock uint64 // flags of the mount that a file is on, which it has to keep
}

// anew plans a directory of the machine piece by piece. In a user namespace, a directory
// below which something is mounted cannot be a layer: who could look below a mount that was
// made by others could read what they have hidden. What is in the directory can.
func (t *tree) anew(dir string, points []string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // we may not look into it, nor may the program
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has just been removed
		}
		if err != nil {
			return err
		}
		if err := t.piece(path.Join(dir, entry.Name()), info, points); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) piece(at string, info fs.FileInfo, points []string) (err error) {
	inside := func(point string) bool { return point != at && within(point, at) }
	p := part{at: at, mode: info.Mode()}
	switch info.Mode().Type() {
	case fs.ModeSymlink:
		p.link, err = os.Readlink(at)
	case fs.ModeDir:
		hidden := slices.Contains(private, at) || at == real(t.root) || slices.Contains(points, at) && !wanted(at)
		t.parts = append(t.parts, p)
		switch {
		case hidden:
			return nil
		case slices.ContainsFunc(points, inside):
			return t.anew(at, points)
		}
		t.overlays = append(t.overlays, overlay{at: at, lower: []string{at}, because: at + " is a directory in which nothing is mounted"})
		return nil
	case 0:
		var system unix.Statfs_t
		err = unix.Statfs(at, &system)
		// Of statfs(2), these flags have the numbers that mount(2) gives them.
		p.lock = uint64(system.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME)
	default:
		return nil // a device, or a socket of a running program
	}
	if err == nil {
		t.parts = append(t.parts, p)
	}
	return err
}

// rebuild records the pieces.
func (t *tree) rebuild(r *recipe.Recipe) {
	if t.parts == nil {
		return
	}
	// In a user namespace, nobody may look below what others have mounted, so the machine's
	// root can be no layer: it is made anew, and each directory in it becomes a union. Files of
	// users whom the namespace does not know belong to nobody there, and cannot be changed.
	r.Mount(t.tree(), t.tree(), "", unix.MS_BIND, "")
	for _, p := range t.parts {
		at := t.tree() + p.at
		switch p.mode.Type() {
		case fs.ModeSymlink:
			// A link leads to the same name in the new tree.
			r.Symlinkat(p.link, at).Because("there is a " + p.at)
		case fs.ModeDir:
			// An empty directory is a place for a union, or stays empty.
			r.Mkdirat(at, permissions(p.mode)).Because("there is a " + p.at)
		default:
			showFile(r, p, at)
		}
	}
}

// showFile records that a file is shown.
func showFile(r *recipe.Recipe, p part, at string) {
	// A file cannot be a layer.
	r.MknodatFile(at, 0o444).Because("there is a " + p.at)
	// It is shown as it is.
	r.Mount(p.at, at, "", unix.MS_BIND, "").Because("there is a " + p.at)
	// It is the machine's own, and must not be changed from here.
	r.Mount("", at, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|p.lock, "").Because("there is a " + p.at)
}

// permissions are those of a mode as the kernel has them.
func permissions(mode fs.FileMode) uint32 {
	bits := uint32(mode.Perm())
	if mode&fs.ModeSticky != 0 {
		bits |= unix.S_ISVTX
	}
	return bits
}
