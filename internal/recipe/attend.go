package recipe

import (
	"errors"
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// attend answers the child's questions until its program runs, which closes the
// child's end of the socket. What is due outside is done before the answer.
func (c *Child) attend(socket *os.File) error {
	defer socket.Close()
	r, left := c.recipe, false
	if err := c.goAhead(); err != nil && !c.ended() {
		return err
	}
	for {
		m, pid, err := hear(socket)
		if err != nil && r.parting() && !left {
			return r.failure(c.done, errKilled)
		}
		if err != nil {
			r.tellUnseen(c.done)
			c.done = len(r.lines)
			return nil
		}
		if pid != c.Pid && !r.ofProgram(m) {
			if err := c.replaced(pid); err != nil {
				return r.failure(c.done, err)
			}
		}
		if left = left || m == farewell; m == farewell || m == alive {
			continue
		}
		c.done = r.clone + 1 + int(m.line)
		if m.errno != 0 {
			return r.failure(c.done, unix.Errno(m.errno))
		}
		err = r.before(c.done, c)
		switch {
		case err == nil:
			socket.Write([]byte{0})
		case !c.ended(): // else it failed because the child was killed, and we hear of that
			return err
		}
	}
}

// ofProgram reports whether a message is that of the process that goes on where another one
// has stayed behind as its init. For us, that one is still the child.
func (r *Recipe) ofProgram(m message) bool { return r.Inits() && r.clone+1+int(m.line) > r.init }

// ended reports whether the child has ended. One that is about to may lack a namespace
// already.
func (c *Child) ended() bool {
	const patience = 100 // milliseconds
	n, _ := unix.Poll([]unix.PollFd{{Fd: int32(c.Pidfd), Events: unix.POLLIN}}, patience)
	return n > 0
}

// errKilled is the error of a child that neither failed nor left.
var errKilled = errors.New("the process was killed meanwhile")

// parting reports whether the child is to go on without us.
func (r *Recipe) parting() bool {
	return slices.ContainsFunc(r.lines, func(l *Line) bool { return l.role == parts })
}

// hear receives a message and, from the kernel, the pid of its sender as we know
// it. An error is the end of the conversation.
func hear(socket *os.File) (m message, pid int, err error) {
	credentials := make([]byte, unix.CmsgSpace(unix.SizeofUcred))
	n, length, _, _, err := unix.Recvmsg(int(socket.Fd()), unsafe.Slice((*byte)(unsafe.Pointer(&m)), unsafe.Sizeof(m)), credentials, 0)
	if err == unix.EINTR {
		return hear(socket)
	}
	if err != nil || n == 0 {
		return m, 0, os.ErrClosed
	}
	controls, err := unix.ParseSocketControlMessage(credentials[:length])
	if err != nil {
		return m, 0, err
	}
	sender, err := unix.ParseUnixCredentials(&controls[0])
	if err != nil {
		return m, 0, err
	}
	return m, int(sender.Pid), nil
}

// tellUnseen tells of the lines that the child makes after it has left us.
func (r *Recipe) tellUnseen(done int) {
	for i := done; i < len(r.lines); i++ {
		if r.lines[i].role == leaves {
			for _, l := range r.lines[i+1:] {
				r.Narrator.tell(l)
			}
		}
	}
	r.Narrator.Flush()
}
