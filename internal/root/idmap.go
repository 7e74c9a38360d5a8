package root

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/recipe"
)

// remap shows the owners of a source through the maps of a bind.
func (b *Bind) remap(r *recipe.Recipe, tree recipe.Slot, below uint64) error {
	if len(b.Maps) == 0 {
		return nil
	}
	userns, err := namespaceOf(r, b.Maps)
	if err != nil {
		return err
	}
	//doc:idmap
	// The files keep their owners on the disk. By this way to them they seem to belong
	// to others, whom the kernel finds in the map of a user namespace.
	r.MountSetattr(tree, below, unix.MOUNT_ATTR_IDMAP, 0, userns)
	return nil
}

// namespaceOf makes a user namespace that has the maps and nobody in it, for only as
// such does the kernel take a map. It returns a descriptor of it.
func namespaceOf(r *recipe.Recipe, maps []argv.Map) (fd int, err error) {
	aside := recipe.New("root-pivot")
	aside.Narrator = r.Narrator
	// A child is the first process of a user namespace, and its parent gives that its
	// map.
	aside.Clone3(unix.CLONE_NEWUSER)
	var lines []string
	for _, m := range maps {
		lines = append(lines, strings.ReplaceAll(m.String(), ":", " "))
	}
	text := strings.Join(lines, "\n") + "\n"
	// The map is all that is wanted of the namespace, which lives on as an open file.
	aside.Outside(recipe.Outside{Name: "write", Object: "uid_map, gid_map", Do: func(pid int) error {
		fd, err = mapped(pid, text)
		return err
	}})
	// Nobody is needed in it.
	aside.Exit(0)
	if r.Dry {
		return -1, aside.DryRun()
	}
	child, err := aside.Spawn()
	if err != nil {
		return -1, err
	}
	if _, err := child.Wait(); err != nil {
		return -1, err
	}
	return fd, child.Close()
}

// mapped writes the maps of a process and opens its user namespace.
func mapped(pid int, text string) (fd int, err error) {
	for _, file := range []string{"uid_map", "gid_map"} {
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/%s", pid, file), []byte(text), 0); err != nil {
			return -1, err
		}
	}
	return unix.Open(fmt.Sprintf("/proc/%d/ns/user", pid), unix.O_RDONLY|unix.O_CLOEXEC, 0)
}
