package veth

import (
	"encoding/binary"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// A link is what the kernel knows of one network interface.
type link struct {
	index int32
	name  string
	kind  string // "bridge", "veth", and so on
	up    bool
	mac   MAC
	peer  int32 // of a cable: the index of the other end, in its own namespace
}

// linkNamed asks for a link.
func linkNamed(name string) *request {
	q := newRequest(unix.RTM_GETLINK, 0)
	q.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	q.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
	q.AddData(nl.NewRtAttr(unix.IFLA_EXT_MASK, nl.Uint32Attr(skipStatistics)))
	return q
}

// skipStatistics is RTEXT_FILTER_SKIP_STATS: what went through the link is not counted up.
const skipStatistics = 1 << 3

// readLink reads the kernel's answer.
func readLink(answer []byte) (l link) {
	if len(answer) < unix.SizeofIfInfomsg {
		return l
	}
	l.index = int32(binary.NativeEndian.Uint32(answer[4:]))
	l.up = binary.NativeEndian.Uint32(answer[8:])&unix.IFF_UP != 0
	for kind, value := range attributes(answer[unix.SizeofIfInfomsg:]) {
		switch {
		case kind == unix.IFLA_IFNAME:
			l.name = nl.BytesToString(append(value, 0))
		case kind == unix.IFLA_ADDRESS && len(value) == len(l.mac):
			l.mac = MAC(value)
		case kind == unix.IFLA_LINK && len(value) == 4:
			l.peer = int32(binary.NativeEndian.Uint32(value))
		case kind == unix.IFLA_LINKINFO:
			for kind, value := range attributes(value) {
				if kind == nl.IFLA_INFO_KIND {
					l.kind = nl.BytesToString(append(value, 0))
				}
			}
		}
	}
	return l
}

// attributes goes through what follows the head of a message.
func attributes(text []byte) func(yield func(kind uint16, value []byte) bool) {
	return func(yield func(uint16, []byte) bool) {
		for len(text) >= unix.SizeofRtAttr {
			length := int(binary.NativeEndian.Uint16(text))
			if length < unix.SizeofRtAttr || length > len(text) {
				return
			}
			kind := binary.NativeEndian.Uint16(text[2:]) & nl.NLA_TYPE_MASK
			if !yield(kind, text[unix.SizeofRtAttr:length:length]) {
				return
			}
			text = text[min((length+3)&^3, len(text)):]
		}
	}
}

// find looks for a link. It is nil if there is none of that name.
func (w *wire) find(name string) (*link, error) {
	answers, err := w.ask(linkNamed(name).orElse(unix.ENODEV))
	if err != nil || len(answers) == 0 {
		return nil, err
	}
	l := readLink(answers[0])
	return &l, nil
}

// taken reports whether some link has a name, be it an alternative one. It is much
// faster than find.
func (w *wire) taken(name string) bool {
	request, err := unix.NewIfreq(name)
	return err == nil && unix.IoctlIfreq(w.fd, unix.SIOCGIFINDEX, request) == nil
}
