package ctrkit_test

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// subids are the subordinate ids of the world. Newuidmap(1), which unshare(1) runs even as root, wants all to be granted.
const subids = "1000:100000:65536\n0:100000:65536\n0:0:65536\n"

func newWorld(t *sandbox.T, theirs, ours string) *world {
	needs(t, "newuidmap", "newgidmap")
	w := &world{T: t, dir: t.TempDir(), tools: [2]string{theirs, ours}, places: map[string]string{}, names: map[string]string{}}
	grants := filepath.Join(w.dir, "subids")
	if err := os.WriteFile(grants, []byte(subids), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"/etc/subuid", "/etc/subgid"} {
		bind(t, grants, file, 0)
	}
	return w
}

// bind mounts a file or a tree at another place too, as long as the test runs.
func bind(t *sandbox.T, from, to string, flags uintptr) {
	t.Helper()
	if err := unix.Mount(from, to, "", unix.MS_BIND|flags, ""); err != nil {
		t.Fatalf("bind %s to %s: %v", from, to, err)
	}
	t.Cleanup(func() { unix.Unmount(to, unix.MNT_DETACH) })
}

// anotherRoot is a directory in which everything is to be found that is in the root directory.
func anotherRoot(t *sandbox.T) string {
	dir := t.TempDir()
	bind(t, "/", dir, unix.MS_REC)
	return dir
}

// nsGetNstype asks a file for the kind of namespace that it stands for. See ioctl_nsfs(2).
const nsGetNstype = 0xb703

// kept says what kind of namespace the file keeps that is there for this, and lets go of it.
func (w *world) kept() string {
	file := w.places["KEEP"]
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "kept: no file"
	}
	defer unix.Close(fd)
	kind, err := unix.IoctlRetInt(fd, nsGetNstype)
	if err != nil {
		return "kept: nothing"
	}
	unix.Unmount(file, unix.MNT_DETACH)
	return fmt.Sprintf("kept: %#x", kind)
}
