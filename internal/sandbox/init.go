package sandbox

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

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

// networkUp makes the network that of a machine on which a container has been run before: it has become a router, and is
// not told of it again. Where the kernel does not let it be one, it stays as it is.
func networkUp() error {
	os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0)
	return loopbackUp()
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
