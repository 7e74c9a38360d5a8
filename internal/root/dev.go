package root

import (
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// links are the names under which programs find their own descriptors, and the
// master of the pseudo terminals.
var links = []struct{ name, target string }{
	{"fd", "/proc/self/fd"},
	{"stdin", "/proc/self/fd/0"},
	{"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"},
	{"ptmx", "pts/ptmx"},
}

// dev mounts a /dev. The machine's own has its disks in it.
func (n *nodes) dev(r *recipe.Recipe) {
	enter(r, "dev")
	// An empty /dev hides whatever the image has there. It lives in memory, and is
	// small, for nothing is kept in it.
	r.Mount("tmpfs", ".", "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "size=64k,mode=0755")
	// The working directory is still the one below the new mount.
	open(r, "/dev", "dev")
	n.make(r, "", devices...)
	if n.console != nil {
		show(r, *n.console, "console")
	}
	// Programs and shells find these by convention.
	for _, l := range links {
		r.Symlinkat(l.target, l.name)
	}
	n.systems(r)
}

// systems mounts what is a file system of its own in /dev.
func (n *nodes) systems(r *recipe.Recipe) {
	pts := "newinstance,ptmxmode=0666,mode=0620"
	if !n.bound {
		pts += ",gid=5"
	}
	for _, m := range []struct{ dir, source, fstype, data string }{
		{"pts", "devpts", "devpts", pts},
		{"shm", "shm", "tmpfs", n.shm()},
		{"mqueue", "mqueue", "mqueue", ""},
	} {
		if m.fstype == "mqueue" && n.foreign {
			n.showQueues(r, m.dir)
			break
		}
		// Pseudo terminals, shared memory and message queues are file systems.
		r.Mkdirat(m.dir, 0o755)
		// Each is a new instance: nothing in it is shared with the host.
		r.Mount(m.source, m.dir, m.fstype, unix.MS_NOSUID|unix.MS_NOEXEC, m.data)
	}
	if n.bound {
		// Terminals belong to the group tty, 5 everywhere. This user namespace may not know
		// it, and then they belong to whoever opens them.
		r.Mount("", "pts", "", unix.MS_REMOUNT|unix.MS_NOSUID|unix.MS_NOEXEC, pts[len("newinstance,"):]+",gid=5").
			Tolerate(unix.EINVAL)
	}
}

// showQueues attaches the message queues of the old root, if there are any.
func (n *nodes) showQueues(r *recipe.Recipe, dir string) {
	if n.queues == nil {
		return
	}
	// Whoever shares the namespace of message queues with others sees theirs.
	r.Mkdirat(dir, 0o755)
	// They are those of the old root.
	r.MoveMount(*n.queues, recipe.Slot{}, dir)
	// What is mounted does not need it.
	r.Close(*n.queues)
}

// shm are the options of the memory that programs share by name.
func (n *nodes) shm() string {
	if n.shmSize == 0 {
		return "size=64m,mode=1777"
	}
	return fmt.Sprintf("size=%d,mode=1777", n.shmSize)
}
