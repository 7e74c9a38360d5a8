package veth

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// An Addr is an address of a network: 10.88.0.5/16 says how long the network's
// part is, and 10.88.0.5 leaves that to somebody who knows.
type Addr struct{ netip.Prefix }

func (a Addr) MarshalText() ([]byte, error) {
	if !a.IsValid() {
		return a.Addr().MarshalText()
	}
	return a.Prefix.MarshalText()
}

func (a *Addr) UnmarshalText(text []byte) (err error) {
	if strings.Contains(string(text), "/") {
		a.Prefix, err = netip.ParsePrefix(string(text))
	} else {
		var addr netip.Addr
		addr, err = netip.ParseAddr(string(text))
		a.Prefix = netip.PrefixFrom(addr, -1)
	}
	switch ip := a.Addr(); {
	case err != nil || ip.Is4In6() || strings.Contains(string(text), "%"):
		return fmt.Errorf("%q is no address: write 10.88.0.5/16, or fd00::5/64", text)
	case ip.IsMulticast() || ip.IsLoopback() || ip.IsUnspecified():
		return fmt.Errorf("%q is no address that one end of a cable can have", text)
	}
	return nil
}

// A Subnet is a network: all addresses that begin alike.
type Subnet struct{ netip.Prefix }

func (s *Subnet) UnmarshalText(text []byte) (err error) {
	s.Prefix, err = netip.ParsePrefix(string(text))
	switch {
	case err != nil || s.Addr().Is4In6():
		return fmt.Errorf("%q is no network: write 10.88.0.0/16, or fd00::/64", text)
	case s.Prefix != s.Masked():
		return fmt.Errorf("%q is an address in a network: the network is %s", text, s.Masked())
	case s.Addr().IsMulticast() || s.Addr().IsLoopback() || s.Addr().IsUnspecified():
		return fmt.Errorf("%q is no network for ends of cables", text)
	case s.Addr().BitLen()-s.Bits() < 2:
		return fmt.Errorf("%q has no room for a gateway and another: it must be /%d or larger", text, s.Addr().BitLen()-2)
	}
	return nil
}

// A Route says by whom a network is reached, as in ip-route(8): 10.9.0.0/16 via
// 10.88.0.7. The zero network is the default. Without a Via it is the gateway.
type Route struct {
	Dst netip.Prefix
	Via netip.Addr
}

func (r Route) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r Route) String() string {
	text := "default"
	if r.Dst.IsValid() {
		text = r.Dst.String()
	}
	if r.Via.IsValid() {
		text += " via " + r.Via.String()
	}
	return text
}

func (r *Route) UnmarshalText(text []byte) (err error) {
	dst, via, gateway := strings.Cut(string(text), "via")
	if dst = strings.TrimSpace(dst); dst != "default" {
		r.Dst, err = netip.ParsePrefix(dst)
		if ip, notAddr := netip.ParseAddr(dst); notAddr == nil {
			r.Dst, err = ip.Prefix(ip.BitLen())
		}
		if err == nil && r.Dst != r.Dst.Masked() {
			return fmt.Errorf("%q leads to an address with a length: the network is %s", text, r.Dst.Masked())
		}
	}
	if err == nil && gateway {
		r.Via, err = netip.ParseAddr(strings.TrimSpace(via))
	}
	switch {
	case err != nil || r.Via.Zone() != "" || r.Dst.Addr().Is4In6() || r.Via.Is4In6():
		return fmt.Errorf("%q is no route: write default, 10.9.0.0/16, or '10.9.0.0/16 via 10.88.0.7'", text)
	case gateway && r.Dst.IsValid() && r.Dst.Addr().Is4() != r.Via.Is4():
		return fmt.Errorf("%q mixes IPv4 and IPv6", text)
	}
	return nil
}

// A MAC is the address of a link: 02:00:00:00:00:01. The zero value is none.
type MAC [6]byte

func (m MAC) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m MAC) String() string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])
}

func (m *MAC) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%02x:%02x:%02x:%02x:%02x:%02x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5])
	switch {
	case err != nil || m.String() != strings.ToLower(string(text)):
		return fmt.Errorf("%q is no address of a link: write 02:00:00:00:00:01", text)
	case *m == MAC{} || m[0]&1 != 0:
		return errors.New(m.String() + " is for no link or for many: the first byte must be even, and not all may be 0")
	}
	return nil
}
