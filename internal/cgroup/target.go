package cgroup

import (
	"errors"
	"fmt"
	"math"
	"os"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// A target is a process that runs already.
type target struct {
	pid   int
	state []byte // of its container, if it came on standard input
}

// target is the process that is to be limited in place of a program, or nil.
func (l *Limit) target() (*target, error) {
	if l.Report != nil && l.Alone() {
		return nil, &chain.Hinted{Err: errors.New("report: there is no program whose end could be waited for"), Hint: "cg-stat shows what a process uses now"}
	}
	if l.Pid != 0 {
		return &target{pid: l.Pid}, alive(l.Pid)
	}
	if !l.Alone() {
		return nil, nil
	}
	if _, err := unix.IoctlGetTermios(0, unix.TCGETS); err == nil {
		return nil, &chain.Hinted{Err: errors.New("run: no program is given"), Hint: "add -- PROG, such as -- sh, or --pid PID"}
	}
	state, text, err := chain.ReadState(os.Stdin)
	if err != nil {
		return nil, &chain.Hinted{
			Err:  fmt.Errorf("run: no program is given, and there is no container on standard input: %w", err),
			Hint: "add -- PROG, or --pid PID; ns-unshare --hold prints the state of a container",
		}
	}
	return &target{state.Pid, text}, alive(state.Pid)
}

// alive wants a process. Of a number that no pid can be the kernel would look at a
// part.
func alive(pid int) error {
	err := error(unix.ESRCH)
	if pid > 0 && pid <= math.MaxInt32 {
		var fd int
		if fd, err = unix.PidfdOpen(pid, 0); err == nil {
			return unix.Close(fd)
		}
	}
	hint := "it has ended, or its pid belongs to another pid namespace"
	if err == unix.EINVAL || err == unix.ENOENT {
		hint = "this is a thread; a process is named by the pid of its main thread"
	}
	return &chain.Hinted{Err: fmt.Errorf("limit process %d: %w", pid, err), Hint: hint}
}
