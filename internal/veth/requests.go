package veth

import (
	"encoding/binary"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// up are the flag words of a link that is switched on.
func up(index int32) *nl.IfInfomsg {
	m := nl.NewIfInfomsg(unix.AF_UNSPEC)
	m.Index, m.Flags, m.Change = index, unix.IFF_UP, unix.IFF_UP
	return m
}

// switchedOn asks that a link is switched on.
func switchedOn(index int32) *request {
	q := newRequest(unix.RTM_NEWLINK, 0)
	q.AddData(up(index))
	return q
}

// switchedOff asks for the opposite.
func switchedOff(index int32) *request {
	q := newRequest(unix.RTM_NEWLINK, 0)
	m := nl.NewIfInfomsg(unix.AF_UNSPEC)
	m.Index, m.Change = index, unix.IFF_UP
	q.AddData(m)
	return q
}

// newBridge asks for a bridge. It is down until it has its addresses. A bridge that
// was given a MAC keeps it; another one takes the least of its ports', which changes
// as they come and go, and everybody would have to find it again.
func newBridge(name string, mac MAC) *request {
	q := newRequest(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	q.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	q.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
	q.AddData(nl.NewRtAttr(unix.IFLA_ADDRESS, mac[:]))
	info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
	info.AddRtAttr(nl.IFLA_INFO_KIND, nl.NonZeroTerminated("bridge"))
	q.AddData(info)
	return q
}

// A plug is one end of a cable that is to be made.
type plug struct {
	name   string
	mac    MAC   // of six zeros to have one made up
	master int32 // the bridge, or 0
}

// newCable asks for a cable with one queue at each end, the far one in another
// namespace. The near one is switched on; at the far one there is nothing yet to be
// switched on for when the message comes to it.
func newCable(near, far plug, mtu int, where *nl.RtAttr) *request {
	q := newRequest(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	q.AddData(up(0))
	for _, a := range near.attributes(mtu) {
		q.AddData(a)
	}
	info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
	info.AddRtAttr(nl.IFLA_INFO_KIND, nl.NonZeroTerminated("veth"))
	peer := info.AddRtAttr(nl.IFLA_INFO_DATA, nil).AddRtAttr(nl.VETH_INFO_PEER, nil)
	peer.AddChild(nl.NewIfInfomsg(unix.AF_UNSPEC))
	for _, a := range far.attributes(mtu) {
		peer.AddChild(a)
	}
	peer.AddChild(where)
	q.AddData(info)
	return q
}

func (p plug) attributes(mtu int) []*nl.RtAttr {
	list := []*nl.RtAttr{
		nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(p.name)),
		nl.NewRtAttr(unix.IFLA_NUM_TX_QUEUES, nl.Uint32Attr(1)),
		nl.NewRtAttr(unix.IFLA_NUM_RX_QUEUES, nl.Uint32Attr(1)),
	}
	if p.mac != (MAC{}) {
		list = append(list, nl.NewRtAttr(unix.IFLA_ADDRESS, p.mac[:]))
	}
	if mtu != 0 {
		list = append(list, nl.NewRtAttr(unix.IFLA_MTU, nl.Uint32Attr(uint32(mtu))))
	}
	if p.master != 0 {
		list = append(list, nl.NewRtAttr(unix.IFLA_MASTER, nl.Uint32Attr(uint32(p.master))))
	}
	return list
}

// alsoNamed asks that a link has a further name.
func alsoNamed(index int32, name string) *request {
	q := newRequest(unix.RTM_NEWLINKPROP, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_APPEND)
	m := nl.NewIfInfomsg(unix.AF_UNSPEC)
	m.Index = index
	q.AddData(m)
	list := nl.NewRtAttr(unix.IFLA_PROP_LIST|int(nl.NLA_F_NESTED), nil)
	list.AddRtAttr(unix.IFLA_ALT_IFNAME, nl.ZeroTerminated(name))
	q.AddData(list)
	return q
}

// isolated asks that a port of a bridge cannot reach the others that are isolated.
func isolated(index int32) *request {
	q := newRequest(unix.RTM_SETLINK, 0)
	m := nl.NewIfInfomsg(unix.AF_BRIDGE)
	m.Index = index
	q.AddData(m)
	port := nl.NewRtAttr(unix.IFLA_PROTINFO|int(nl.NLA_F_NESTED), nil)
	port.AddRtAttr(unix.IFLA_BRPORT_ISOLATED, nl.Uint8Attr(1))
	q.AddData(port)
	return q
}

// deleted asks that a link is deleted, and a cable with it.
func deleted(index int32) *request {
	q := newRequest(unix.RTM_DELLINK, 0)
	m := nl.NewIfInfomsg(unix.AF_UNSPEC)
	m.Index = index
	q.AddData(m)
	return q
}

// addressed asks that a link has an address. An address of IPv6 is used at once:
// without the flag, the link would ask around for a second whether somebody has it.
func addressed(index int32, a netip.Prefix) *request {
	q := newRequest(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	m := nl.NewIfAddrmsg(family(a.Addr()))
	m.Index, m.Prefixlen = uint32(index), uint8(a.Bits())
	if a.Addr().Is6() {
		m.Flags = unix.IFA_F_NODAD
	}
	q.AddData(m)
	q.AddData(nl.NewRtAttr(unix.IFA_LOCAL, a.Addr().AsSlice()))
	q.AddData(nl.NewRtAttr(unix.IFA_ADDRESS, a.Addr().AsSlice()))
	if a.Addr().Is4() && a.Bits() < 31 {
		bytes := a.Addr().As4()
		everybody := binary.BigEndian.Uint32(bytes[:]) | (1<<(32-a.Bits()) - 1)
		q.AddData(nl.NewRtAttr(unix.IFA_BROADCAST, binary.BigEndian.AppendUint32(nil, everybody)))
	}
	return q
}

// routed asks for a route through a link.
func routed(index int32, r Route) *request {
	q := newRequest(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	m := nl.NewRtMsg()
	m.Family = uint8(family(r.Dst.Addr()))
	m.Dst_len = uint8(r.Dst.Bits())
	if !r.Via.IsValid() {
		m.Scope = unix.RT_SCOPE_LINK
	}
	q.AddData(m)
	if r.Dst.Bits() > 0 {
		q.AddData(nl.NewRtAttr(unix.RTA_DST, r.Dst.Addr().AsSlice()))
	}
	if r.Via.IsValid() {
		q.AddData(nl.NewRtAttr(unix.RTA_GATEWAY, r.Via.AsSlice()))
	}
	q.AddData(nl.NewRtAttr(unix.RTA_OIF, nl.Uint32Attr(uint32(index))))
	return q
}

func family(ip netip.Addr) int {
	if ip.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}
