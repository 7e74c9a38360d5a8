package nat

import (
	"fmt"
	"net/netip"
)

// A mapping is one port of this machine and where it leads.
type mapping struct {
	proto string         // tcp or udp
	host  netip.AddrPort // an unspecified address stands for all of its kind
	to    netip.AddrPort
}

func (m mapping) String() string { return fmt.Sprintf("%s/%s", m.host, m.proto) }

// everywhere reports whether the port is published at all addresses of its kind.
func (m mapping) everywhere() bool { return m.host.Addr().IsUnspecified() }

// family is the number in the name of its map and of its address's type.
func (m mapping) family() string { return family(m.host.Addr()) }

func family(addr netip.Addr) string {
	if addr.Is4() {
		return "4"
	}
	return "6"
}

// mappings are the ports that are published, each by itself.
func (p *Publish) mappings() (list []mapping) {
	for _, port := range p.Publish {
		proto := "tcp"
		if port.UDP {
			proto = "udp"
		}
		for _, host := range p.hosts(port) {
			to := p.target(host)
			for i := range 1 + int(port.Last-port.First) {
				n := uint16(i)
				list = append(list, mapping{proto, netip.AddrPortFrom(host, port.First+n), netip.AddrPortFrom(to, port.To+n)})
			}
		}
	}
	return list
}

// hosts are the addresses at which a port is published: those of each kind that
// leads somewhere, if none is named.
func (p *Publish) hosts(port Port) (list []netip.Addr) {
	if port.Host.IsValid() {
		return []netip.Addr{port.Host}
	}
	for _, all := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		if p.target(all).IsValid() {
			list = append(list, all)
		}
	}
	return list
}
