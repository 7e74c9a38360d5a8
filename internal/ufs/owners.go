package ufs

import (
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/recipe"
)

// idmapped records that each layer is cloned as a mount that shows other owners.
func (o *overlay) idmapped(r *recipe.Recipe, t *tree, names []string) {
	t.userNamespace(r)
	for i, dir := range o.lower {
		// A clone of the mount, which is nowhere to be seen yet. The files are the same.
		layer := r.OpenTree(dir, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC, "layer")
		// Whoever owns a file below is translated on the way, by the map of the user namespace.
		// Nothing is changed on disk, so that others can share the layer.
		r.MountSetattr(layer, 0, unix.MOUNT_ATTR_IDMAP, 0, t.userns)
		// The clone needs a place.
		r.Mkdirat(names[i], 0o700)
		// Overlayfs takes layers from mounts that have one.
		r.MoveMount(layer, recipe.Slot{}, names[i])
		// The place keeps it.
		r.Close(layer)
	}
}

// userNamespace records that one is made whose map says who owns what. The descriptor is
// ours already, and is made to stand for it.
func (t *tree) userNamespace(r *recipe.Recipe) {
	if t.userns != 0 && r.Clones() {
		return
	}
	lines := t.lines()
	words := strings.Split(strings.TrimSuffix(lines, "\n"), "\n")
	// A map of ids belongs to a user namespace. A short-lived process brings one into
	// being; it goes on without it, as long as it is open.
	r.Outside(recipe.Outside{
		Name: "make user namespace", Object: strings.Join(words, ", "),
		Same: "unshare --user sleep 9 & printf " + argv.Quote([]string{strings.ReplaceAll(lines, "\n", `\n`)}) + " >/proc/$!/uid_map",
		Do:   func(int) error { return become(t.userns, lines) },
	})
}

// lines are the maps as in uid_map.
func (t *tree) lines() (lines string) {
	for _, m := range t.maps {
		lines += strings.ReplaceAll(m.String(), ":", " ") + "\n"
	}
	return lines
}

// reserve takes a descriptor that has a number and is nothing yet. A child has copies of the
// descriptors that were there before it, so for a child it must be the namespace already.
func (t *tree) reserve(r *recipe.Recipe) (err error) {
	switch {
	case len(t.maps) == 0 || r.Dry:
	case r.Clones():
		t.userns, err = recipe.NewUserNamespace(t.lines())
	default:
		t.userns, err = unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0)
	}
	return err
}

// become makes a descriptor stand for a new user namespace.
func become(fd int, lines string) error {
	made, err := recipe.NewUserNamespace(lines)
	if err != nil {
		return err
	}
	defer unix.Close(made)
	return unix.Dup3(made, fd, unix.O_CLOEXEC)
}
