package root

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// A device is a node that is safe in any hands: it reaches neither hardware nor another
// process. These are the devices that the OCI runtime specification wants in every
// container, with the numbers of the kernel's admin-guide/devices.txt. Two more of its
// list are no nodes here: ptmx is a link, and console is there if there is a terminal.
type device struct {
	name         string
	major, minor uint32
}

var devices = []device{
	{"null", 1, 3},
	{"zero", 1, 5},
	{"full", 1, 7},
	{"random", 1, 8},
	{"urandom", 1, 9},
	{"tty", 5, 0},
}

// nodes makes device nodes. In a user namespace nobody may, so those of the old root are
// taken along.
type nodes struct {
	bound   bool                   // they are those of the old root
	taken   map[string]recipe.Slot // those, by what they will be called
	console *recipe.Slot           // the terminal, if there is one
	shmSize argv.Size              // the room in /dev/shm; 0 for the usual
	foreign bool                   // message queues are not ours to mount
	queues  *recipe.Slot           // those of the old root, if it has them
}

func newNodes(r *recipe.Recipe) *nodes {
	return &nodes{bound: inUserNamespace(r), taken: map[string]recipe.Slot{}}
}

// take takes hold of devices of the old root, if they will not be made. The prefix sets
// several of one device apart.
func (n *nodes) take(r *recipe.Recipe, prefix string, list ...device) error {
	if !n.bound {
		return nil
	}
	for _, d := range list {
		if err := d.verify(); err != nil && !r.Dry {
			return err
		}
		n.taken[prefix+d.name] = hold(r, "/dev/"+d.name)
	}
	return nil
}

// takeTerminal takes hold of the terminal that we were started at.
func (n *nodes) takeTerminal(r *recipe.Recipe) {
	if path := terminal(); path != "" {
		tree := hold(r, path)
		n.console = &tree
	}
}

// verify wants that the old root's node is what its name says.
func (d device) verify() error {
	var info unix.Stat_t
	path := "/dev/" + d.name
	if err := unix.Stat(path, &info); err != nil {
		return fmt.Errorf("bind %s: %w", path, err)
	}
	if info.Mode&unix.S_IFMT != unix.S_IFCHR || info.Rdev != unix.Mkdev(d.major, d.minor) {
		return &chain.Hinted{
			Err:  fmt.Errorf("bind %s: it is not the character device %d:%d", path, d.major, d.minor),
			Hint: "in a user namespace no device can be made, so that of the old root is needed",
		}
	}
	return nil
}

// hold makes a descriptor of a node in the old root.
func hold(r *recipe.Recipe, path string) recipe.Slot {
	// No device can be made in a user namespace, and no terminal anywhere: but what is
	// there can be shown in a second place.
	tree := r.OpenTree(path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC, path)
	if hasSetattr() {
		// A device can be written to all the same. What cannot be changed by this way are
		// its mode and its owner, which are the machine's.
		r.MountSetattr(tree, 0, unix.MOUNT_ATTR_RDONLY, 0, 0)
	}
	return tree
}

// make makes devices in the working directory.
func (n *nodes) make(r *recipe.Recipe, prefix string, list ...device) {
	if n.bound {
		for _, d := range list {
			show(r, n.taken[prefix+d.name], d.name)
		}
		return
	}
	// A device node is a door into the kernel, so there are only the harmless ones.
	for _, d := range list {
		r.Mknodat(d.name, 0o666, d.major, d.minor)
	}
}

// show attaches a node of the old root.
func show(r *recipe.Recipe, tree recipe.Slot, name string) {
	// An empty file is the mount point for a device.
	r.MknodatFile(name, 0o666)
	// The device of the old root is seen here.
	r.MoveMount(tree, recipe.Slot{}, name)
	// What is mounted does not need it.
	r.Close(tree)
}

// terminal is the path of the terminal that we were started at, or "".
func terminal() string {
	path, err := os.Readlink("/proc/self/fd/0")
	var here, there unix.Stat_t
	if _, e := unix.IoctlGetTermios(0, unix.TCGETS); e != nil || err != nil || unix.Fstat(0, &here) != nil {
		return ""
	}
	if unix.Stat(path, &there) != nil || there.Mode&unix.S_IFMT != unix.S_IFCHR || there.Rdev != here.Rdev {
		return ""
	}
	return path
}
