package recipe

import (
	"os"

	"golang.org/x/sys/unix"
)

// A Child is a process that Spawn made. Its pidfd names it as long as we hold
// it, even if the pid goes to another process.
type Child struct {
	Pid    int
	Pidfd  int
	file   *os.File // Pidfd, as Go's poller knows it
	recipe *Recipe
	done   int // the lines before this one have happened
	ahead  int // and so have those of outside work before this one
}

func newChild(pid, pidfd int, r *Recipe) *Child {
	unix.SetNonblock(pidfd, true)
	return &Child{Pid: pid, Pidfd: pidfd, file: os.NewFile(uintptr(pidfd), "child"), recipe: r, done: r.clone + 1}
}

// replaced takes on the child that the child cloned for us, and waits for the
// first, which ends. Nobody else waits for our children, so the pid is still the
// second one's.
func (c *Child) replaced(pid int) error {
	c.Wait()
	c.file.Close()
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return err
	}
	next := newChild(pid, pidfd, c.recipe)
	c.Pid, c.Pidfd, c.file = next.Pid, next.Pidfd, next.file
	return nil
}

// Release lets a child live on that waits for nobody. Nothing is undone.
func (c *Child) Release() { c.file.Close() }

// Signal sends the child a signal. One that has ended takes it in silence.
func (c *Child) Signal(signal unix.Signal) error {
	return unix.PidfdSendSignal(c.Pidfd, signal, nil, 0)
}

// Wait waits for the end of the child. Its pidfd becomes readable then, so Go's
// poller does the waiting, and no thread is blocked that the scheduler would
// keep looking at.
func (c *Child) Wait() (status unix.WaitStatus, err error) {
	conn, err := c.file.SyscallConn()
	if err != nil {
		return 0, err
	}
	var pid int
	var errno error
	err = conn.Read(func(uintptr) bool {
		pid, errno = unix.Wait4(c.Pid, &status, unix.WNOHANG, nil)
		return pid == c.Pid || errno != nil && errno != unix.EINTR
	})
	if err == nil {
		err = errno
	}
	return status, err
}

// Close undoes what was done outside for the child, the last thing first. It is
// called when the child has ended.
func (c *Child) Close() error {
	c.file.Close()
	return c.recipe.undo(max(c.done, c.ahead), true)
}

// Kill ends a child and undoes all that was done for it.
func (c *Child) Kill() {
	c.Signal(unix.SIGKILL)
	c.Wait()
	c.file.Close()
	c.recipe.undo(max(c.done, c.ahead), false)
}
