package recipe

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Spawn makes the calls up to the line that clones, and the rest in the child,
// where the last of them is execve. It returns when the child's program runs.
// If any line fails, the child is gone when Spawn returns, what was done outside
// is undone, and the error is a *Failure. The child's parent is the calling
// thread: if the child asked for a signal at its death, the caller keeps it.
func (r *Recipe) Spawn() (*Child, error) {
	err := r.runUntil(r.clone)
	if err == nil {
		err = r.before(r.clone, nil)
	}
	if err != nil {
		r.undo(r.clone, false)
		return nil, err
	}
	child, socket, err := r.birth()
	if err != nil {
		r.undo(r.clone, false)
		return nil, r.failure(r.clone, err)
	}
	if err := child.attend(socket); err != nil {
		child.Kill()
		return nil, err
	}
	r.strike(len(r.lines))
	return child, nil
}

// birth clones the child and returns our end of the socket to it. No other
// thread may fork meanwhile: its child would hold the ends open.
func (r *Recipe) birth() (*Child, *os.File, error) {
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	defer unix.Close(ends[1])
	unix.SetsockoptInt(ends[0], unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
	c := r.childhood(ends[0], ends[1])
	pid, err := c.begin()
	if err != nil {
		unix.Close(ends[0])
		return nil, nil, err
	}
	return newChild(pid, int(c.pidfd), r), os.NewFile(uintptr(ends[0]), "socket"), nil
}

// begin forks with every signal blocked, which is per thread.
func (c *childhood) begin() (pid int, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, before unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	unix.PthreadSigmask(unix.SIG_SETMASK, &all, &before)
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	c.mask = uint64(before.Val[0])
	child, errno := fork(c)
	runtime.KeepAlive(c)
	if errno != 0 {
		return 0, errno
	}
	return int(child), nil
}

// childhood puts the lines after the clone into words.
func (r *Recipe) childhood(theirs, ours int) *childhood {
	c := &childhood{
		request: r.lines[r.clone].args[0].keep.(*cloneArgs),
		slots:   make([]uintptr, r.slots+1),
		theirs:  uintptr(theirs), ours: uintptr(ours), reaper: r.reaper,
	}
	copy(c.slots, r.results)
	if r.cradle != nil {
		c.request.Cgroup = uint64(*r.cradle)
	}
	c.request.Pidfd = uint64(uintptr(unsafe.Pointer(&c.pidfd)))
	told, filtered := r.Narrator != nil, false
	from, end := r.ahead()
	for i, l := range r.lines[r.clone+1:] {
		if n := r.clone + 1 + i; from <= n && n < end {
			continue // it is done without the child
		}
		s := step{line: int32(i), nr: l.nr, into: uintptr(l.into.number), found: l.found, refused: l.refused}
		s.ask = l.ask || told || faultAt(r.clone+1+i) || r.pausesAt(r.clone+1+i) || r.lines[r.clone+i].role == again
		if r.moments != nil && !filtered {
			c.steps = append(c.steps, note(&r.moments[r.clone+1+i]))
		}
		for j, a := range l.args {
			s.args[j], s.slotted[j] = a.word, a.slot != 0
			if a.slot != 0 {
				s.args[j] = uintptr(a.slot)
			}
		}
		s.again, s.inits = l.role == again, l.role == inits
		c.converse(&s, l.role)
		told, filtered = told && l.role != mutes && l.role != leaves, filtered || l.role == mutes
		for j, errno := range l.tolerate {
			s.tolerate[j] = uintptr(errno)
		}
		c.steps = append(c.steps, s)
	}
	return c
}

// converse makes a step of a line by which the child speaks to its parent.
func (c *childhood) converse(s *step, r role) {
	switch r {
	case tells:
		s.nr, s.args = unix.SYS_WRITE, [6]uintptr{c.ours, uintptr(unsafe.Pointer(&alive)), unsafe.Sizeof(alive)}
	case parts:
		s.nr, s.args = unix.SYS_WRITE, [6]uintptr{c.ours, uintptr(unsafe.Pointer(&farewell)), unsafe.Sizeof(farewell)}
	case leaves:
		s.nr, s.args = unix.SYS_CLOSE, [6]uintptr{c.ours}
	}
}
