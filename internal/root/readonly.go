package root

import (
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// lock makes a path of the new root read-only, with all that is mounted below it.
func (p *Pivot) lock(r *recipe.Recipe, target string) {
	// It must be there: if it were made later, it could be written to.
	at := r.Openat2(target, unix.O_PATH|unix.O_CLOEXEC, unix.RESOLVE_NO_MAGICLINKS, target)
	below := uint64(unix.AT_RECURSIVE)
	if !hasSetattr() {
		below = 0
	}
	// Only a mount can be read-only, so the path is shown once more, on top of itself.
	tree := r.OpenTreeOf(at, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE, "copy")
	if hasSetattr() {
		// Nobody can write by this way.
		r.MountSetattr(tree, below, unix.MOUNT_ATTR_RDONLY, 0, 0)
	}
	// What was there before is out of reach.
	r.MoveMount(tree, at, "")
	// The mount has its place.
	r.Close(tree)
	// And nobody needs the one below.
	r.Close(at)
	if !hasSetattr() {
		// This kernel can change a mount only by its name, and none of those below it.
		r.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|p.optionsInside(target), "").
			Because("the kernel has no mount_setattr(2)")
	}
}

// lockRoot makes the root read-only, but nothing that is mounted in it.
func (p *Pivot) lockRoot(r *recipe.Recipe) {
	if !hasSetattr() {
		// This kernel can change a mount only by its name, and the options that are not
		// repeated are off.
		r.Mount("", "/", "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|optionsOf(p.Root), "").
			Because("the kernel has no mount_setattr(2)")
		return
	}
	// The root is a mount like any other.
	root := r.Openat("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, "root")
	//doc:readonly
	// The files of the root cannot be changed any more. What is mounted in it, such as
	// /dev, is a mount of its own and not concerned.
	r.MountSetattr(root, 0, unix.MOUNT_ATTR_RDONLY, 0, 0)
	// It is done.
	r.Close(root)
}

// optionsInside are the options of the mount that a path in the new root is on, as far
// as we know them beforehand.
func (p *Pivot) optionsInside(target string) uint64 {
	for _, dir := range []string{"/proc", "/sys"} {
		if clean := path.Clean(target); p.mounts(clean) && strings.HasPrefix(clean, dir+"/") {
			return readOnly
		}
	}
	return optionsOf(p.Root)
}
