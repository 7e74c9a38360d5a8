package veth

import (
	"encoding/binary"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

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

// known are all networks that the machine is in, or to which it knows a way.
func (w *wire) known() ([]located, error) {
	addresses, err := w.addresses(0)
	if err != nil {
		return nil, err
	}
	routes, err := w.routes()
	return append(addresses, routes...), err
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
