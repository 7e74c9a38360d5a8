package ufs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// newOrOld is the real path of a directory that is there, or can be made where it is named.
func (t *tree) newOrOld(action, name string) (string, error) {
	dir, err := directoryAt(action, name)
	if !errors.Is(err, fs.ErrNotExist) {
		return dir, err
	}
	parent, e := directoryAt(action, filepath.Dir(absolute(name)))
	if e != nil {
		return "", err
	}
	dir = filepath.Join(parent, filepath.Base(absolute(name)))
	t.missing = append(t.missing, dir)
	return dir, nil
}

// keep records that the directories for what is written are made, and are nobody else's.
func (t *tree) keep(r *recipe.Recipe, o *overlay) {
	for _, dir := range t.missing {
		// What is written is to stay. So its directory is made on disk, and the one for
		// overlayfs's own use beside it.
		r.Outside(recipe.Outside{
			Name: "make layer", Object: dir, Same: "mkdir " + argv.Quote([]string{dir}),
			Do:   func(int) error { return o.makeKept(t, dir) },
			Undo: func() error { return o.unmakeKept(dir) }, Stays: true,
		}).Because("there is no " + dir)
	}
	if o.upper == "" || !r.Clones() {
		return
	}
	lock := -1
	// If two unions wrote to one layer they would spoil it, and the kernel does no more
	// than warn. Whoever comes second finds this lock, which ends with us.
	r.Outside(recipe.Outside{
		Name: "lock layer", Object: o.upper, Same: "flock --nonblock " + argv.Quote([]string{o.upper}) + " sleep inf &",
		Do:   func(int) (err error) { lock, err = lockLayer(o.upper); return err },
		Undo: func() error { return unix.Close(lock) },
	})
}

// makeKept makes a directory. The top of the tree is the top of the upper layer: it has
// the mode and the owner of the topmost lower one.
func (o *overlay) makeKept(t *tree, dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil || dir != o.upper {
		return Plainly(err)
	}
	err := unix.Chown(dir, int(t.owner(o.top.Uid)), int(t.owner(o.top.Gid)))
	if err == nil || errors.Is(err, unix.EPERM) {
		err = unix.Chmod(dir, o.top.Mode&0o7777)
	}
	if err != nil {
		os.Remove(dir)
	}
	return err
}

// unmakeKept removes a directory that was made for this tree, unless another container has
// come to write to the layer meanwhile: then it is no longer ours.
func (o *overlay) unmakeKept(dir string) error {
	lock, err := lockLayer(o.upper)
	var taken *chain.Hinted
	if errors.As(err, &taken) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(lock)
	return os.RemoveAll(dir)
}

// lockLayer takes a layer for ourselves, as long as the descriptor is open.
func lockLayer(dir string) (lock int, err error) {
	lock, err = unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = unix.Flock(lock, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = &chain.Hinted{
			Err:  errors.New("another container writes to it"),
			Hint: "a layer that is written to belongs to one union; as a lower layer it can be shared once it rests",
		}
	}
	if err != nil {
		unix.Close(lock)
	}
	return lock, err
}

// Plainly is an error without the name of a file that is told already.
func Plainly(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
