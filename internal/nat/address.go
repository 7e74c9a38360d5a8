package nat

import (
	"fmt"
	"net/netip"
)

// An Addr is an address of somebody in the private network.
type Addr struct{ netip.Addr }

func (a Addr) MarshalText() ([]byte, error) { return a.Addr.MarshalText() }

func (a *Addr) UnmarshalText(text []byte) error {
	addr, err := netip.ParseAddr(string(text))
	switch {
	case err != nil:
		return fmt.Errorf("%q is no address: write 10.88.0.5 or fd00::5", text)
	case addr.Zone() != "" || addr.IsLinkLocalUnicast():
		return fmt.Errorf("%q has a meaning on one link only, and is not forwarded", text)
	case addr.IsUnspecified() || addr.IsLoopback() || addr.IsMulticast():
		return fmt.Errorf("%q is nobody's address in a network", text)
	}
	a.Addr = addr.Unmap()
	return nil
}

// A CIDR is a network: the addresses that begin with the same bits.
type CIDR struct{ netip.Prefix }

func (c CIDR) MarshalText() ([]byte, error) { return c.Prefix.MarshalText() }

// UnmarshalText also takes the address of a host and forgets which one it is.
func (c *CIDR) UnmarshalText(text []byte) error {
	prefix, err := netip.ParsePrefix(string(text))
	if err != nil {
		return fmt.Errorf("%q is no subnet: write 10.88.0.0/24 or fd00::/64", text)
	}
	c.Prefix = prefix.Masked()
	if addr := c.Addr(); addr.IsUnspecified() || addr.IsLoopback() || addr.IsMulticast() || addr.Is4In6() {
		return fmt.Errorf("%q is no network of hosts", text)
	}
	return nil
}

// reserved says what else than a host's an address of a network is, or "". The first
// and the last address of IPv4 are the network's own.
func (c CIDR) reserved(addr netip.Addr) string {
	const pair = 31 // with so many bits there are two addresses, both of hosts
	if !addr.Is4() || c.Bits() >= pair {
		return ""
	}
	switch {
	case addr == c.Addr():
		return "it is the network's own address"
	case !c.Contains(addr.Next()):
		return "it is the network's broadcast address"
	}
	return ""
}
