package nat

import (
	"errors"
	"fmt"
	"net/netip"

	"ctrkit/internal/chain"
)

// A plan is what was found about the private network.
type plan struct {
	subnets []CIDR
	gateway []netip.Addr // what the bridge itself is called
	off     []string     // the switches that must be on
}

// look finds out about the network, and what must be changed on this machine for it.
func (p *Publish) look() (found plan, err error) {
	if found, err = p.findNetwork(); err != nil {
		return found, err
	}
	if err := p.checkPlan(&found); err != nil {
		return found, err
	}
	return found, found.switches()
}

// Know spares asking for the addresses of a bridge that somebody else has looked at already.
func (p *Publish) Know(gateways ...netip.Addr) { p.known = gateways }

// findNetwork finds the addresses of the bridge. It may not be there yet, if it is
// said what they will be.
func (p *Publish) findNetwork() (found plan, err error) {
	found.subnets = p.Subnet
	if found.gateway = p.known; len(p.known) > 0 {
		return found, nil
	}
	link, err := findLink(p.Bridge)
	switch {
	case errors.Is(err, errNoLink) && len(p.Subnet) > 0:
		return found, nil
	case errors.Is(err, errNoLink):
		return found, &chain.Hinted{
			Err:  fmt.Errorf("use bridge %s: %w", p.Bridge, err),
			Hint: "make it first, or say by --subnet what its addresses will be",
		}
	case err != nil:
		return found, fmt.Errorf("look at bridge %s: %w", p.Bridge, err)
	case link.kind != "bridge":
		return found, fmt.Errorf("use bridge %s: it is a link of another kind", p.Bridge)
	}
	networks, err := link.addresses()
	if err != nil {
		return found, fmt.Errorf("look at bridge %s: %w", p.Bridge, err)
	}
	for _, network := range networks {
		found.gateway = append(found.gateway, network.Addr())
		if len(p.Subnet) == 0 {
			found.subnets = append(found.subnets, CIDR{network.Masked()})
		}
	}
	if len(found.subnets) == 0 {
		return found, &chain.Hinted{
			Err:  fmt.Errorf("use bridge %s: it has no address", p.Bridge),
			Hint: "give it one, or say by --subnet what its addresses will be",
		}
	}
	return found, nil
}

// checkPlan wants targets that can be in the network, and are others than the
// bridge.
func (p *Publish) checkPlan(found *plan) error {
	for _, to := range p.To {
		for _, gateway := range found.gateway {
			if to.Addr == gateway {
				return fmt.Errorf("publish to %s: it is the address of the bridge", to)
			}
		}
		home := found.subnetOf(to.Addr)
		if !home.IsValid() {
			return fmt.Errorf("publish to %s: it is in none of the subnets %v", to, found.subnets)
		}
		if why := home.reserved(to.Addr); why != "" {
			return fmt.Errorf("publish to %s: %s in %s", to, why, home)
		}
	}
	return nil
}

func (f plan) subnetOf(addr netip.Addr) CIDR {
	for _, subnet := range f.subnets {
		if subnet.Contains(addr) {
			return subnet
		}
	}
	return CIDR{}
}

// has reports whether there are addresses of a kind.
func (f plan) has(ipv4 bool) bool {
	for _, subnet := range f.subnets {
		if subnet.Addr().Is4() == ipv4 {
			return true
		}
	}
	return false
}
