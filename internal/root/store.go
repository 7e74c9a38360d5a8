package root

import (
	"strconv"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A store is a small file system in memory for what the new root needs and no file
// system has: the texts of files, and what other files are covered with. It lies in the
// old root, where the new root was, and goes with it.
type store struct {
	at     recipe.Slot // the directory that it is mounted on
	files  []File
	covers bool // it has an empty directory and a null device
	nodes  *nodes
}

// The names of what covers others.
const (
	coverFile = "null"
	coverDir  = "empty"
)

// reserve takes hold of what the store needs of the old root.
func (s *store) reserve(r *recipe.Recipe, root string) error {
	// When the new root has left this directory, it will be of use once more: what is
	// needed for a while only can be mounted on it, and goes with the old root.
	s.at = r.OpenTree(root, unix.OPEN_TREE_CLOEXEC, "place")
	if s.covers {
		return s.nodes.take(r, "cover ", devices[0])
	}
	return nil
}

// open makes the store, fills it, and leaves it as the working directory.
func (s *store) open(r *recipe.Recipe) {
	// Some of what a root needs is in no file system. It is made in one that exists in
	// memory only.
	fs := r.Fsopen("tmpfs", "tmpfs")
	// It gets no options.
	r.FsconfigCreate(fs)
	// The mount is a descriptor before it has a place: that is the way into it.
	mount := r.Fsmount(fs, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NOEXEC, "store")
	// The mount holds the file system.
	r.Close(fs)
	// It gets a place in the old root, with which it will go.
	r.MoveMount(mount, s.at, "")
	// The place need not be held any more.
	r.Close(s.at)
	// Names are short in here.
	r.Fchdir(mount)
	// The working directory holds it.
	r.Close(mount)
	if s.covers {
		// An empty directory covers directories.
		r.Mkdirat(coverDir, 0o555)
		// A null device covers files: who reads them finds nothing, and what is written to
		// them is lost.
		s.nodes.make(r, "cover ", devices[0])
	}
	for i, f := range s.files {
		f.write(r, s.name(i))
	}
	// Whatever is taken from here is taken read-only.
	r.Mount("", ".", "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NOEXEC, "")
}

// name is what a file is called in the store.
func (s *store) name(i int) string { return strconv.Itoa(i) }

// take makes a descriptor of something in the store, by which it can be attached when
// the store is gone.
func take(r *recipe.Recipe, name, fd string) recipe.Slot {
	//doc:take
	// What is taken along is a second mount of it, and stays when the store goes.
	return r.OpenTree(name, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC, fd)
}
