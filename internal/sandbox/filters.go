package sandbox

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// filters is the program filters: it prints what a process may do, as the kernel has it. That are its capabilities,
// whether it can gain privileges, and the programs that its system calls are judged by, the newest first.
func filters(words []string) int {
	pid := 0
	if len(words) == 1 {
		pid, _ = strconv.Atoi(words[0])
	}
	if pid <= 0 {
		fmt.Fprintln(os.Stderr, "usage: filters PID")
		return 125
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		for _, name := range []string{"Cap", "NoNewPrivs", "Seccomp:"} {
			if strings.HasPrefix(line, name) {
				fmt.Print(line)
			}
		}
	}
	if err == nil {
		err = stopped(pid, printFilters)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "filters:", err)
		return 1
	}
	return 0
}

// stopped does something to a process that is stopped meanwhile.
func stopped(pid int, do func(pid int) error) error {
	// Who traces is a thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.PtraceSeize(pid); err != nil {
		return fmt.Errorf("seize %d: %w", pid, err)
	}
	defer unix.PtraceDetach(pid)
	if err := unix.PtraceInterrupt(pid); err != nil {
		return fmt.Errorf("stop %d: %w", pid, err)
	}
	if _, err := unix.Wait4(pid, nil, unix.WALL, nil); err != nil {
		return fmt.Errorf("wait for %d: %w", pid, err)
	}
	return do(pid)
}

// printFilters prints a line for each program, with its instructions as the kernel has them in memory, 16 digits each.
func printFilters(pid int) error {
	for i := uintptr(0); ; i++ {
		var program [4096]unix.SockFilter
		n, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SECCOMP_GET_FILTER, uintptr(pid), i, uintptr(unsafe.Pointer(&program)), 0, 0)
		switch errno {
		case 0:
		case unix.ENOENT, unix.EINVAL: // no more, or none
			return nil
		default:
			return fmt.Errorf("read a filter of %d: %w", pid, errno)
		}
		var code []byte
		for _, in := range program[:n] {
			code = binary.NativeEndian.AppendUint16(code, in.Code)
			code = append(code, in.Jt, in.Jf)
			code = binary.NativeEndian.AppendUint32(code, in.K)
		}
		fmt.Printf("Filter:\t%x\n", code)
	}
}
