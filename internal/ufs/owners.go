package ufs

import (
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/recipe"
)

// idmapped records that each layer is cloned as a mount that shows other owners.
func (o *overlay) idmapped(r *recipe.Recipe, t *tree, names []string) {
	userns := t.userNamespace(r)
	for i, dir := range o.lower {
		// A clone of the mount, which is nowhere to be seen yet. The files are the same.
		layer := r.OpenTree(dir, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC, "layer")
		// Whoever owns a file below is translated on the way, by the map of the user namespace.
		// Nothing is changed on disk, so that others can share the layer.
		r.MountSetattr(layer, 0, unix.MOUNT_ATTR_IDMAP, 0, userns)
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
func (t *tree) userNamespace(r *recipe.Recipe) (fd int) {
	fd = -1
	if !r.Dry {
		fd = placeholder()
	}
	lines, words := "", make([]string, len(t.maps))
	for i, m := range t.maps {
		words[i] = strings.ReplaceAll(m.String(), ":", " ")
		lines += words[i] + "\n"
	}
	// A map of ids belongs to a user namespace. A short-lived process brings one into
	// being; it goes on without it, as long as it is open.
	r.Outside(recipe.Outside{
		Name: "make user namespace", Object: strings.Join(words, ", "),
		Same: "unshare --user sleep 9 & printf " + argv.Quote([]string{strings.ReplaceAll(lines, "\n", `\n`)}) + " >/proc/$!/uid_map",
		Do:   func(int) error { return become(fd, lines) },
	})
	return fd
}

// placeholder is a descriptor that has a number and is nothing yet.
func placeholder() int {
	fd, err := unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	return fd
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
