package veth

import (
	"encoding/binary"
	"net/netip"

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
	return q
}

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

// addresses are those of a link, or of all links for index 0, without the ones that
// IPv6 gives itself.
func (w *wire) addresses(index int32) (list []located, err error) {
	q := newRequest(unix.RTM_GETADDR, unix.NLM_F_DUMP)
	q.AddData(&nl.IfAddrmsg{IfAddrmsg: unix.IfAddrmsg{Index: uint32(index)}})
	answers, err := w.ask(q)
	for _, answer := range answers {
		if len(answer) < unix.SizeofIfAddrmsg {
			continue
		}
		l := located{index: int32(binary.NativeEndian.Uint32(answer[4:]))}
		for kind, value := range attributes(answer[unix.SizeofIfAddrmsg:]) {
			// Of the two addresses of a point-to-point link, the first is at the other end.
			if kind == unix.IFA_LOCAL || kind == unix.IFA_ADDRESS && !l.IsValid() {
				ip, _ := netip.AddrFromSlice(value)
				l.Prefix = netip.PrefixFrom(ip, int(answer[1]))
			}
		}
		if l.IsValid() && !l.Addr().IsLinkLocalUnicast() {
			list = append(list, l)
		}
	}
	return list, err
}

// A located is a network, or an address in it, and the link where it is.
type located struct {
	netip.Prefix
	index int32
}

// routes are the networks to which the main table knows a way.
func (w *wire) routes() (list []located, err error) {
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		q := newRequest(unix.RTM_GETROUTE, unix.NLM_F_DUMP)
		q.AddData(&nl.RtMsg{RtMsg: unix.RtMsg{Family: family}})
		answers, err := w.ask(q)
		if err != nil {
			return nil, err
		}
		for _, answer := range answers {
			if len(answer) < unix.SizeofRtMsg || answer[4] != unix.RT_TABLE_MAIN {
				continue
			}
			l := located{}
			for kind, value := range attributes(answer[unix.SizeofRtMsg:]) {
				switch {
				case kind == unix.RTA_DST:
					ip, _ := netip.AddrFromSlice(value)
					l.Prefix = netip.PrefixFrom(ip, int(answer[1]))
				case kind == unix.RTA_OIF && len(value) == 4:
					l.index = int32(binary.NativeEndian.Uint32(value))
				}
			}
			if l.IsValid() && !l.Addr().IsLinkLocalUnicast() && !l.Addr().IsMulticast() {
				list = append(list, l)
			}
		}
	}
	return list, nil
}
