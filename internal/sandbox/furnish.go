package sandbox

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// rootWork is the work directory in a sandbox with a mount namespace of its own.
const rootWork = "/run/sandbox"

// furnish makes the new namespaces look like a machine of their own, whose disk cannot be written.
func furnish() error {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	// First of all: what is mounted from here on stays here.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Sethostname([]byte("host")); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	devices, err := detached("/dev")
	if err != nil {
		return err
	}
	cgroups, err := detached("/sys/fs/cgroup")
	if err != nil {
		return err
	}
	for _, do := range []func() error{
		protectDisk,
		func() error { return fresh("/proc", "proc") },
		func() error { return fresh("/sys", "sysfs") },
		func() error { return attach(cgroups, "/sys/fs/cgroup") },
		func() error { return unix.Unmount("/dev", unix.MNT_DETACH) },
		func() error { return attach(devices, "/dev") },
		coverScratch,
		networkUp,
	} {
		if err := do(); err != nil {
			return err
		}
	}
	// Our working directory may be one of the covered ones; by its name it is there again.
	if err := os.Chdir(here); err != nil {
		return err
	}
	return os.Mkdir(rootWork, 0o755)
}

// detached makes a copy of a mount and what is mounted below it, with nothing of it read-only that is not so already.
func detached(path string) (tree int, err error) {
	tree, err = unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return -1, fmt.Errorf("open %s: %w", path, err)
	}
	return tree, nil
}

func attach(tree int, path string) error {
	defer unix.Close(tree)
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("attach %s: %w", path, err)
	}
	return nil
}

// protectDisk makes every file system of the machine read-only in this namespace: a tool that is wrong about which root
// it is in must not delete ours.
func protectDisk() error {
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	err := unix.MountSetattr(unix.AT_FDCWD, "/", unix.AT_RECURSIVE, &attr)
	if errors.Is(err, unix.ENOSYS) {
		// Before Linux 5.12. Such a kernel is met in a virtual machine only, where nothing is to be lost.
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the machine's files read-only: %w", err)
	}
	return nil
}

// fresh shows our own namespaces in /proc and /sys. The machine's are taken away, not covered: what is covered is in the
// mount table still, and an unprivileged program may mount a proc of its own only where a whole one is to be seen.
func fresh(path, fsType string) error {
	if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
		return fmt.Errorf("detach the machine's %s: %w", path, err)
	}
	if err := unix.Mount(fsType, path, fsType, unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount %s: %w", path, err)
	}
	return nil
}
