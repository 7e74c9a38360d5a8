package veth

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"net/netip"
)

// A subnet is one that a bridge is in, and all that are plugged into it.
type subnet struct {
	netip.Prefix            // the network
	gateway      netip.Addr // the way out of it; not valid if there is none
	missing      bool       // the bridge has no address in it yet
}

// first is the first address that one may have. The one before it names the network
// or, with IPv6, any router in it.
func first(p netip.Prefix) netip.Addr { return p.Masked().Addr().Next() }

// last is the number of the last address that one may have, counted from that of
// the network. In IPv4 the very last one means everybody. Larger numbers than 32
// bits are for those who choose them.
func (s subnet) last() uint64 {
	bits := s.Addr().BitLen() - s.Bits()
	if s.Addr().Is4() {
		return 1<<bits - 2
	}
	return 1<<min(bits, 32) - 1
}

// host is the address with a number.
func (s subnet) host(number uint64) netip.Addr {
	bytes := s.Masked().Addr().As16()
	binary.BigEndian.PutUint64(bytes[8:], binary.BigEndian.Uint64(bytes[8:])+number)
	ip := netip.AddrFrom16(bytes)
	if s.Addr().Is4() {
		return ip.Unmap()
	}
	return ip
}

// number is the inverse of host.
func (s subnet) number(ip netip.Addr) uint64 {
	tail := func(ip netip.Addr) uint64 {
		bytes := ip.As16()
		return binary.BigEndian.Uint64(bytes[8:])
	}
	return tail(ip) - tail(s.Masked().Addr())
}

// refuses says why nobody can have an address, or "".
func (s subnet) refuses(ip netip.Addr) string {
	switch {
	case !s.Contains(ip):
		return "it is not in " + s.String()
	case ip == s.Masked().Addr():
		return "it is the address of the network itself"
	case ip.Is4() && ip == s.host(s.last()+1):
		return "it is the broadcast address, which means everybody"
	case ip == s.gateway:
		return "it is the gateway's"
	}
	return ""
}

// nameOf is the name of the link that stands for an address. The kernel lets no two
// links have one name, so whoever has the link has the address. A name has 15
// letters at most, which is too short for one of IPv6: a digest stands for that.
func nameOf(ip netip.Addr) string {
	if ip.Is4() {
		return fmt.Sprintf("v%08x", ip.As4())
	}
	digest := fnv.New64a()
	digest.Write(ip.AsSlice())
	return fmt.Sprintf("w%014x", digest.Sum64()>>8)
}

// macOf is an address of a link that goes with one of a network. Who gets a network
// address that was another's a moment ago is reached at once, for those who remember
// the old owner remember the same link. The first byte says: chosen by hand.
func macOf(ip netip.Addr) MAC {
	bytes := ip.AsSlice()
	return MAC(append([]byte{0x0a, 0x58}, bytes[len(bytes)-4:]...))
}
