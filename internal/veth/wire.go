package veth

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// A wire is a netlink socket: a conversation with the kernel about the links,
// addresses and routes of one network namespace. That is the one in which it was
// opened, wherever its owner goes later. See netlink(7), rtnetlink(7).
type wire struct{ fd int }

// openWire opens a socket in the network namespace that this thread is in.
func openWire() (*wire, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open netlink socket: %w", err)
	}
	// Of a thousand addresses, those of one link can be asked for; and an error need
	// not repeat the question.
	for _, option := range []int{unix.NETLINK_GET_STRICT_CHK, unix.NETLINK_CAP_ACK} {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, option, 1); err != nil {
			unix.Close(fd)
			return nil, fmt.Errorf("open netlink socket: %w", err)
		}
	}
	return &wire{fd}, nil
}

// A request is a question or an order.
type request struct {
	*nl.NetlinkRequest
	what string       // what an error says that it was to do
	fine []unix.Errno // answers that are as good as success
	said unix.Errno   // how the kernel did it
	err  error
}

func newRequest(kind, flags int) *request {
	return &request{NetlinkRequest: nl.NewNetlinkRequest(kind, flags|unix.NLM_F_ACK)}
}

// orElse names answers that are as good as success.
func (q *request) orElse(fine ...unix.Errno) *request {
	q.fine = fine
	return q
}

// answered takes in how the kernel did what it was asked.
func (q *request) answered(errno unix.Errno) {
	q.said = errno
	if errno == 0 || slices.Contains(q.fine, errno) {
		return
	}
	q.err = errno
	if q.what != "" {
		q.err = fmt.Errorf("%s: %w", q.what, errno)
	}
}

// done reports whether the kernel did what it was asked, and had not found it done.
func (q *request) done() bool { return q.said == 0 }

// ask sends requests in one message, and returns what the kernel answers to those
// that are questions. It tries them all, and the error is the first.
func (w *wire) ask(requests ...*request) (answers [][]byte, err error) {
	var batch []byte
	open := make(map[uint32]*request)
	for _, q := range requests {
		open[q.Seq] = q
		batch = append(batch, q.Serialize()...)
		batch = append(batch, make([]byte, -len(batch)&(unix.NLMSG_ALIGNTO-1))...)
	}
	if err := unix.Sendto(w.fd, batch, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	for len(open) > 0 {
		more, err := w.hear(open)
		if err != nil {
			return nil, err
		}
		answers = append(answers, more...)
	}
	for _, q := range requests {
		if q.err != nil {
			return answers, q.err
		}
	}
	return answers, nil
}

// hear receives what the kernel has to say, and takes the requests from the list
// that it is done with.
func (w *wire) hear(open map[uint32]*request) (answers [][]byte, err error) {
	text := make([]byte, 1<<15) // the kernel sends no more at once
	n, _, err := unix.Recvfrom(w.fd, text, 0)
	if err == unix.EINTR {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listen to the kernel: %w", err)
	}
	for text = text[:n]; len(text) >= unix.SizeofNlMsghdr; {
		length := int(binary.NativeEndian.Uint32(text))
		if length < unix.SizeofNlMsghdr || length > len(text) {
			break
		}
		kind, body := binary.NativeEndian.Uint16(text[4:]), text[unix.SizeofNlMsghdr:length]
		number := binary.NativeEndian.Uint32(text[8:])
		text = text[min((length+3)&^3, len(text)):]
		q := open[number]
		switch {
		case q == nil: // it answers what nobody waits for any more
		case kind != unix.NLMSG_ERROR && kind != unix.NLMSG_DONE:
			answers = append(answers, body)
			continue
		case len(body) >= 4:
			q.answered(unix.Errno(-int32(binary.NativeEndian.Uint32(body))))
		}
		delete(open, number)
	}
	return answers, nil
}
