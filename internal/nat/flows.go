package nat

import (
	"encoding/binary"
	"errors"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// forget records that old flows to the ports are forgotten.
func (p *Publish) forget(r *recipe.Recipe) {
	ports := map[uint16]bool{}
	for _, m := range p.mappings() {
		if m.proto == "udp" {
			ports[m.host.Port()] = true
		}
	}
	if len(ports) == 0 {
		return
	}
	// Rules are for the first packet of a flow. One of UDP has no end, and its packets go
	// where they went before, perhaps to somebody who is gone: so it is forgotten, and
	// begins anew.
	r.Outside(recipe.Outside{
		Name: "forget flows to", Object: "published ports/udp", Same: "conntrack --delete --proto udp --dport PORT",
		Do: func(int) error { return forgetFlows(ports) },
	})
}

// Numbers of linux/netfilter/nfnetlink_conntrack.h.
const (
	listFlows  = unix.NFNL_SUBSYS_CTNETLINK<<8 | 1 // IPCTNL_MSG_CT_GET
	deleteFlow = unix.NFNL_SUBSYS_CTNETLINK<<8 | 2 // IPCTNL_MSG_CT_DELETE

	flowOriginal = 1 // CTA_TUPLE_ORIG
	flowID       = 12
	tupleProto   = 2 // CTA_TUPLE_PROTO
	protoNumber  = 1 // CTA_PROTO_NUM
	protoTo      = 3 // CTA_PROTO_DST_PORT
)

// forgetFlows removes the flows of UDP to some ports from the kernel's memory.
func forgetFlows(ports map[uint16]bool) error {
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return explain(err)
	}
	defer conn.Close()
	flows, err := conn.Execute(message(listFlows, netlink.Request|netlink.Dump, unix.AF_UNSPEC, 0))
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil // the kernel cannot list its flows (CONFIG_NF_CT_NETLINK); they end after two minutes of silence
	}
	if err != nil {
		return explain(err)
	}
	for _, flow := range flows {
		key, err := flowTo(flow.Data, ports)
		if err != nil {
			return err
		}
		if key == nil {
			continue
		}
		_, err = conn.Execute(message(deleteFlow, netlink.Request|netlink.Acknowledge, flow.Data[0], 0, key...))
		if err != nil && !errors.Is(err, unix.ENOENT) { // it may have ended meanwhile
			return explain(err)
		}
	}
	return nil
}

// flowTo is what a flow to one of some ports is known by, or nil.
func flowTo(flow []byte, ports map[uint16]bool) (key []byte, err error) {
	const head = 4 // struct nfgenmsg
	if len(flow) < head {
		return nil, errShort
	}
	attributes, err := netlink.UnmarshalAttributes(flow[head:])
	if err != nil {
		return nil, err
	}
	found := false
	var keep []netlink.Attribute
	for _, a := range attributes {
		if a.Type&^uint16(netlink.Nested) == flowOriginal {
			a.Type |= netlink.Nested
			keep, found = append(keep, a), leadsTo(a.Data, ports)
		}
		if a.Type == flowID {
			keep = append(keep, a)
		}
	}
	if !found {
		return nil, nil
	}
	return netlink.MarshalAttributes(keep)
}

// leadsTo reads a tuple: the addresses and the protocol of one direction of a flow.
func leadsTo(tuple []byte, ports map[uint16]bool) (yes bool) {
	attributes, err := netlink.NewAttributeDecoder(tuple)
	if err != nil {
		return false
	}
	attributes.ByteOrder = binary.BigEndian
	for attributes.Next() {
		if attributes.Type() == tupleProto {
			attributes.Nested(func(proto *netlink.AttributeDecoder) error {
				isUDP := false
				for proto.Next() {
					switch proto.Type() {
					case protoNumber:
						isUDP = proto.Uint8() == unix.IPPROTO_UDP
					case protoTo:
						yes = isUDP && ports[proto.Uint16()]
					}
				}
				return nil
			})
		}
	}
	return yes
}
