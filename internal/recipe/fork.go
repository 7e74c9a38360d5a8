package recipe

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// This file is the child's. A child is a copy of a Go program in which one
// thread is left of many: no scheduler, no garbage collector, and locks that
// nobody will ever unlock. No Go code may run in it but the functions below and those of
// init.go, and
// they call nothing but RawSyscall6, allocate nothing, grow no stack (nosplit)
// and feed no race detector (norace). A Go signal handler would be Go code too:
// the caller blocks every signal, and the kernel resets the handlers.

// A childhood is all that the child has. It is complete before the clone, for
// the child gets a copy of the parent's memory and cannot ask for more.
type childhood struct {
	request *cloneArgs
	steps   []step
	slots   []uintptr // results of calls, for later calls
	mask    uint64    // the signals that were blocked before the caller blocked all
	theirs  uintptr   // the parent's end of the socket
	ours    uintptr   // the child's end
	pidfd   int32     // the kernel writes the child's descriptor here
	reaper  *reaper   // for the child that stays behind as init
	program uintptr   // the pid of the process that goes on instead
	message message
	answer  byte
	nowhere *byte // nil
}

// A step is one line as the child needs it: words only.
type step struct {
	nr       uintptr
	args     [6]uintptr
	slotted  [6]bool    // this argument is the number of a slot, not yet a word
	tolerate [4]uintptr // errnos that are as good as success
	line     int32      // which one it is, to the parent
	into     uintptr    // the slot that the result goes to; slot 0 is never read
	found    *int64     // what the call wrote
	refused  int64      // and what it must not be: then the call has failed
	ask      bool
	again    bool // the call clones this child once more, and this one ends
	inits    bool // the call clones the process that goes on, and this one is its init
}

// A message tells the parent which line the child has come to. Errno 0 asks
// whether to go on; any other says that the line failed and the child ends.
type message struct{ line, errno int32 }

// alive is the message of a child that only wants to know whether it is read.
var alive = message{line: -1}

// farewell is the message of a child that goes on without us. The end of one that
// was killed is silent.
var farewell = message{line: -2}

// fork clones a child that makes the recorded calls, the last of which is
// execve. It returns in the parent only.
//
//go:nosplit
//go:norace
//go:noinline
func fork(c *childhood) (pid uintptr, errno syscall.Errno) {
	pid, _, errno = syscall.RawSyscall6(unix.SYS_CLONE3,
		uintptr(unsafe.Pointer(c.request)), unsafe.Sizeof(*c.request), 0, 0, 0, 0)
	if pid != 0 || errno != 0 {
		return pid, errno
	}
	// As long as the child holds a copy of the parent's end, the death of the
	// parent would not end their conversation.
	syscall.RawSyscall6(unix.SYS_CLOSE, c.theirs, 0, 0, 0, 0, 0)
	setMask(&c.mask)
	walk(c)
	if c.program != 0 {
		harmless(c.reaper)
		reap(c.reaper, c.program)
	}
	syscall.RawSyscall6(unix.SYS_EXIT_GROUP, 127, 0, 0, 0, 0, 0)
	// A filter may forbid even that. But no filter is asked about a fault.
	*c.nowhere = 1
	return 0, 0
}

// walk makes the calls, until one fails or is execve, or has cloned the process that goes on.
//
//go:nosplit
//go:norace
func walk(c *childhood) {
	denied := false
	for i := range c.steps {
		s := &c.steps[i]
		for j := range s.args {
			if s.slotted[j] {
				s.args[j] = c.slots[s.args[j]]
			}
		}
		if s.ask && !tell(c, s.line, 0) {
			return
		}
		if s.inits {
			setMask(&c.reaper.all) // from here on no signal is lost: it waits until the init takes it
		}
		result, _, errno := syscall.RawSyscall6(s.nr,
			s.args[0], s.args[1], s.args[2], s.args[3], s.args[4], s.args[5])
		c.slots[s.into] = result
		if s.inits && stays(c, result) {
			return // what follows is the program's
		}
		if s.again && result != 0 && errno == 0 {
			return // what follows is the second child's
		}
		if s.found != nil && errno == 0 && *s.found == s.refused {
			errno = syscall.EPERM
		}
		denied = denied || errno == syscall.EACCES
		if i == len(c.steps)-1 && denied {
			errno = syscall.EACCES // the search met a program that may not be run
		}
		if !tolerated(s, errno) {
			tell(c, s.line, errno)
			return
		}
	}
}

// tell sends the parent a message. If that was a question it waits for the
// parent's word, and is false if none will come: then the parent is gone.
//
//go:nosplit
//go:norace
func tell(c *childhood, line int32, errno syscall.Errno) bool {
	c.message.line, c.message.errno = line, int32(errno)
	syscall.RawSyscall6(unix.SYS_WRITE, c.ours, uintptr(unsafe.Pointer(&c.message)), unsafe.Sizeof(c.message), 0, 0, 0)
	if errno != 0 {
		return false
	}
	n, _, _ := syscall.RawSyscall6(unix.SYS_READ, c.ours, uintptr(unsafe.Pointer(&c.answer)), 1, 0, 0, 0)
	return n == 1
}

//go:nosplit
//go:norace
func tolerated(s *step, errno syscall.Errno) bool {
	return errno == 0 || uintptr(errno) == s.tolerate[0] || uintptr(errno) == s.tolerate[1] ||
		uintptr(errno) == s.tolerate[2] || uintptr(errno) == s.tolerate[3]
}
