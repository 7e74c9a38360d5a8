package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// dir is where the bench has its tmpfs. Only our mount namespace sees it there, on top of what everybody has.
const dir = "/dev/shm"

// A place is where the peers run: namespaces of our own, and a root directory for the containers.
type place struct {
	root          string // of the containers
	host, unified int    // mount namespaces: with the machine's cgroup trees, and with version 2 alone
	null, errors  *os.File
	debian        string // an archive; with .gz and .zst, its compressed forms
	target        string // a directory on the same tmpfs
	union         string // another, with directories for an upper layer, to work in, and for the tree
	outside       string // the pid of somebody whose network namespace is outside
	self          string // this program
}

// settle moves this thread into a place of its own. Our tools are found in bin before all others.
func settle(bin string) (*place, error) {
	// A bridge that a container asks for goes into this network namespace, and away with it.
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("make namespaces: %w", err)
	}
	// A peer may leave before its children do. They become ours, and not a mystery for the machine's pid 1.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("adopt orphans: %w", err)
	}
	// What is mounted from here on must not show on the machine.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return nil, fmt.Errorf("make mounts private: %w", err)
	}
	// Peers also keep notes in /run.
	for _, at := range []string{dir, "/run"} {
		if err := unix.Mount("bench", at, "tmpfs", 0, "mode=755"); err != nil {
			return nil, fmt.Errorf("mount tmpfs at %s: %w", at, err)
		}
	}
	os.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	os.Setenv("HOME", dir)
	p := &place{root: dir + "/root", debian: dir + "/debian.tar", target: dir + "/target", union: dir + "/union"}
	var err error
	if p.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if err := p.furnish(); err != nil {
		return nil, err
	}
	if err := p.layers(bin); err != nil {
		return nil, err
	}
	if err := p.networks(); err != nil {
		return nil, err
	}
	return p, p.worlds()
}

// furnish makes the root directory and opens the files that the peers write to.
func (p *place) furnish() (err error) {
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		return fmt.Errorf("make a root: %w (package busybox-static)", err)
	}
	for _, d := range []string{"bin", "dev", "etc", "proc", "sys", "tmp"} {
		if err := os.MkdirAll(filepath.Join(p.root, d), 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(p.root+"/bin/busybox", busybox, 0o755); err != nil {
		return err
	}
	for _, applet := range []string{"true", "sh", "readlink"} {
		if err := os.Symlink("busybox", filepath.Join(p.root, "bin", applet)); err != nil {
			return err
		}
	}
	for _, d := range []string{"upper", "work", "tree"} {
		if err := os.MkdirAll(filepath.Join(p.union, d), 0o755); err != nil {
			return err
		}
	}
	if p.null, err = os.OpenFile("/dev/null", os.O_RDWR, 0); err != nil {
		return err
	}
	p.errors, err = os.OpenFile(dir+"/stderr", os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	return err
}

// worlds makes the second mount namespace, and comes back to the first.
func (p *place) worlds() (err error) {
	if p.host, err = mountNamespace(); err != nil {
		return err
	}
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := unify(); err != nil {
		return fmt.Errorf("leave version 2 as the only cgroup tree: %w", err)
	}
	if p.unified, err = mountNamespace(); err != nil {
		return err
	}
	return unix.Setns(p.host, unix.CLONE_NEWNS)
}

func mountNamespace() (fd int, err error) {
	return unix.Open("/proc/thread-self/ns/mnt", unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

// unify puts a cgroup2 where the machine has several trees.
func unify() error {
	const top, second = "/sys/fs/cgroup", "/sys/fs/cgroup/unified"
	if isUnified(top) {
		return nil
	}
	spare := dir + "/cgroup2"
	if err := os.Mkdir(spare, 0o755); err != nil {
		return err
	}
	// An existing mount is bound, not made again: a new one would set its options, and they are the machine's.
	var err error
	if isUnified(second) {
		err = unix.Mount(second, spare, "", unix.MS_BIND, "")
	} else {
		err = unix.Mount("cgroup2", spare, "cgroup2", 0, "")
	}
	if err != nil {
		return err
	}
	if err := unix.Unmount(top, unix.MNT_DETACH); err != nil {
		return err
	}
	return unix.Mount(spare, top, "", unix.MS_BIND, "")
}

func isUnified(at string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(at, &fs) == nil && fs.Type == unix.CGROUP2_SUPER_MAGIC
}
