package veth

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"ctrkit/internal/chain"
)

// usual is the subnet of a bridge for which nothing else was said: 10.88.0.0/16, or the
// next one to which the machine knows no way yet.
func usual(others []located) netip.Prefix {
	const first, last, bits = 88, 127, 16
	for second := byte(first); second <= last; second++ {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, second}), bits)
		if !slices.ContainsFunc(others, func(o located) bool { return p.Overlaps(o.Masked()) }) {
			return p
		}
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, first}), bits)
}

// A network is a bridge and its subnets, as they are or as they are to become.
type network struct {
	bridge  *link // nil while it is missing
	subnets []subnet
}

// complete reports whether the bridge is as it is to be.
func (n *network) complete() bool {
	return n.bridge != nil && n.bridge.up && !slices.ContainsFunc(n.subnets, func(s subnet) bool { return s.missing })
}

// survey looks at the bridge. What it has counts, and what it lacks is what was asked
// for. Who was killed while making it has left it down, and the next one makes it
// complete.
func (l *Link) survey() (*network, error) {
	b, err := l.host.find(l.Bridge)
	if err != nil {
		return nil, fmt.Errorf("look at bridge %s: %w", l.Bridge, err)
	}
	n := &network{bridge: b}
	if b != nil {
		if b.kind != "bridge" {
			return nil, &chain.Hinted{
				Err:  fmt.Errorf("plug into %s: there is a link of that name, and it is no bridge", l.Bridge),
				Hint: "choose another name: the bridge is made if there is none",
			}
		}
		if err := n.has(l.host); err != nil {
			return nil, err
		}
	}
	if err := n.wants(l); err != nil {
		return nil, err
	}
	if err := n.leadsOut(l.Gateway); err != nil {
		return nil, err
	}
	slices.SortStableFunc(n.subnets, func(a, b subnet) int { return a.Addr().BitLen() - b.Addr().BitLen() })
	err = n.free(l.host)
	if b == nil {
		if now, _ := l.host.find(l.Bridge); now != nil {
			return l.survey() // somebody has made it meanwhile, and has a subnet already
		}
	}
	return n, err
}

// has finds out about the subnets that the bridge is in.
func (n *network) has(w *wire) error {
	addresses, err := w.addresses(n.bridge.index)
	for _, a := range addresses {
		if n.of(a.Addr()) == nil {
			n.subnets = append(n.subnets, subnet{Prefix: a.Masked(), gateway: a.Addr()})
		}
	}
	return err
}

// of is the subnet of the family of an address, or nil.
func (n *network) of(ip netip.Addr) *subnet {
	for i, s := range n.subnets {
		if s.Addr().Is4() == ip.Is4() {
			return &n.subnets[i]
		}
	}
	return nil
}

// wants adds the subnets that the bridge is to be in.
func (n *network) wants(l *Link) error {
	plain := n.bridge != nil && n.bridge.up && len(n.subnets) == 0
	wanted := l.wanted()
	if len(wanted) == 0 && len(n.subnets) == 0 {
		if plain {
			return &chain.Hinted{
				Err:  fmt.Errorf("plug into %s: the bridge has no address, so its subnet is not known", l.Bridge),
				Hint: "add --addr ADDRESS/LENGTH, or --subnet to give the bridge an address",
			}
		}
		others, err := n.others(l.host)
		if err != nil {
			return err
		}
		wanted = []netip.Prefix{usual(others)}
	}
	for _, p := range wanted {
		switch s := n.of(p.Addr()); {
		case s == nil && plain && len(l.Subnet) == 0:
			n.subnets = append(n.subnets, subnet{Prefix: p}) // others see to its addresses
		case s == nil:
			n.subnets = append(n.subnets, subnet{Prefix: p, gateway: first(p), missing: true})
		case s.Prefix != p:
			return &chain.Hinted{
				Err:  fmt.Errorf("plug into %s: its subnet is %s, and not %s", l.Bridge, s.Prefix, p),
				Hint: "leave it out, or choose another bridge: it is made if there is none",
			}
		}
	}
	return nil
}

// wanted are the subnets that the options name, one of each family.
func (l *Link) wanted() (list []netip.Prefix) {
	for _, s := range l.Subnet {
		list = append(list, s.Prefix)
	}
	for _, a := range l.Addr {
		same := func(p netip.Prefix) bool { return p.Addr().Is4() == a.Addr().Is4() }
		if a.IsValid() && !slices.ContainsFunc(list, same) {
			list = append(list, a.Masked())
		}
	}
	return list
}

// leadsOut takes over the gateways that were chosen.
func (n *network) leadsOut(gateways []Addr) error {
	for _, g := range gateways {
		s := n.of(g.Addr())
		if s == nil {
			return fmt.Errorf("lead out by %s: there is no subnet that it is in", g.Addr())
		}
		s.gateway = netip.Addr{}
		if why := s.refuses(g.Addr()); why != "" {
			return errors.New("lead out by " + g.Addr().String() + ": " + why)
		}
		s.gateway = g.Addr()
	}
	return nil
}

// free wants that nobody else is in a subnet in which the bridge gets an address: the
// way there would lead to one of the two, and nobody could say to which.
func (n *network) free(w *wire) error {
	for _, s := range n.subnets {
		if !s.missing {
			continue
		}
		others, err := n.others(w)
		if err != nil {
			return err
		}
		for _, o := range others {
			if s.Overlaps(o.Masked()) {
				return &chain.Hinted{
					Err:  fmt.Errorf("make subnet %s: the machine knows a way to %s already", s.Prefix, o.Masked()),
					Hint: "choose another with --subnet, such as 10.89.0.0/16; ip route shows those in use",
				}
			}
		}
	}
	return nil
}

// others are the networks that the machine is in, or knows a way to, by another link.
func (n *network) others(w *wire) ([]located, error) {
	known, err := w.known()
	return slices.DeleteFunc(known, func(o located) bool { return n.bridge != nil && o.index == n.bridge.index }), err
}
