package root

import (
	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// devices are the nodes that are safe in any hands: none of them reaches hardware
// or another process. Numbers are those of the kernel's admin-guide/devices.txt.
var devices = []struct {
	name         string
	major, minor uint32
}{
	{"null", 1, 3},
	{"zero", 1, 5},
	{"full", 1, 7},
	{"random", 1, 8},
	{"urandom", 1, 9},
	{"tty", 5, 0},
}

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
func dev(r *recipe.Recipe) {
	enter(r, "dev")
	// An empty /dev hides whatever the image has there. It lives in memory, and is
	// small, for nothing is kept in it.
	r.Mount("tmpfs", ".", "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "size=64k,mode=0755")
	// The working directory is still the one below the new mount.
	r.Chdir("/dev")
	// A device node is a door into the kernel, so there are only the harmless ones.
	for _, d := range devices {
		r.Mknodat(d.name, 0o666, d.major, d.minor)
	}
	// Programs and shells find these by convention.
	for _, l := range links {
		r.Symlinkat(l.target, l.name)
	}
	for _, m := range []struct{ dir, source, fstype, data string }{
		{"pts", "devpts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5"},
		{"shm", "shm", "tmpfs", "size=64m,mode=1777"},
		{"mqueue", "mqueue", "mqueue", ""},
	} {
		// Pseudo terminals, shared memory and message queues are file systems.
		r.Mkdirat(m.dir, 0o755)
		// Each is a new instance: nothing in it is shared with the host.
		r.Mount(m.source, m.dir, m.fstype, unix.MS_NOSUID|unix.MS_NOEXEC, m.data)
	}
}
