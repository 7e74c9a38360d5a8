package sandbox

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// rootWork is the work directory in a sandbox with a mount namespace of its own.
const rootWork = "/run/sandbox"

// runInit is the first process of a sandbox. It furnishes the new namespaces, starts the test, and collects the orphans
// that the test's programs leave to it, as an init should; when it exits, the kernel kills whoever is left.
func runInit() int {
	if err := furnish(); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox: furnish:", err)
		return 125
	}
	test, err := os.StartProcess("/proc/self/exe", os.Args, &os.ProcAttr{
		Env:   append(os.Environ(), roleVar+"=inside"),
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, os.NewFile(3, "report")},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		return 125
	}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 125
		case pid == test.Pid && status.Signaled():
			return 128 + int(status.Signal())
		case pid == test.Pid:
			return status.ExitStatus()
		}
	}
}

// furnish makes the new namespaces look like a machine of their own.
func furnish() error {
	// First of all: what is mounted from here on stays here.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Sethostname([]byte("host")); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	for _, do := range []func() error{freshProc, freshSys, freshRun, loopbackUp} {
		if err := do(); err != nil {
			return err
		}
	}
	return os.Mkdir(rootWork, 0o755)
}

// freshProc shows the processes of our pid namespace. The old one is taken away, not covered: a covered mount is still
// in the mount table, and an unprivileged program may mount a proc of its own only where a whole one is visible.
func freshProc() error {
	if err := unix.Unmount("/proc", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("detach the machine's /proc: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	return nil
}

// freshSys shows the links of our network namespace; the machine's cgroups are carried over to it.
func freshSys() error {
	const cgroups = "/sys/fs/cgroup"
	tree, err := unix.OpenTree(unix.AT_FDCWD, cgroups, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return fmt.Errorf("open %s: %w", cgroups, err)
	}
	defer unix.Close(tree)
	if err := unix.Unmount("/sys", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("detach the machine's /sys: %w", err)
	}
	if err := unix.Mount("sysfs", "/sys", "sysfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /sys: %w", err)
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, cgroups, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("attach %s: %w", cgroups, err)
	}
	return nil
}

// freshRun keeps what programs note under /run, such as the names of network namespaces, off the machine's disk.
func freshRun() error {
	if err := unix.Mount("tmpfs", "/run", "tmpfs", 0, "mode=0755"); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	return nil
}

// loopbackUp is what "ip link set lo up" does, without a program.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open a socket for lo: %w", err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("set lo up: %w", err)
	}
	return nil
}
