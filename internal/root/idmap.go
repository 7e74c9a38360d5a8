package root

import (
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// remap shows the owners of a source through the maps of a bind.
func (b *Bind) remap(r *recipe.Recipe, tree recipe.Slot, below uint64) error {
	if len(b.Maps) == 0 {
		return nil
	}
	userns := -1
	if !r.Dry {
		var lines strings.Builder
		for _, m := range b.Maps {
			lines.WriteString(strings.ReplaceAll(m.String(), ":", " ") + "\n")
		}
		fd, err := recipe.NewUserNamespace(lines.String())
		if err != nil {
			return err
		}
		userns = fd
	}
	//doc:idmap
	// The files keep their owners on the disk. By this way to them they seem to belong
	// to others, whom the kernel finds in the map of a user namespace, in which nobody is.
	r.MountSetattr(tree, below, unix.MOUNT_ATTR_IDMAP, 0, userns)
	return nil
}
