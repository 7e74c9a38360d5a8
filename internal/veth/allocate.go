package veth

import (
	"fmt"
	"net/netip"
	"slices"

	"ctrkit/internal/chain"
)

// plan finds addresses that are free.
func (c *cable) plan() error {
	for _, a := range c.Addr {
		s := c.network.of(a.Addr())
		if s == nil {
			return fmt.Errorf("take address %s: %s has no subnet of that kind", a.Addr(), c.Bridge)
		}
		if why := s.refuses(a.Addr()); why != "" {
			return fmt.Errorf("take address %s: %s", a.Addr(), why)
		}
		if a.IsValid() && a.Bits() != s.Bits() {
			return fmt.Errorf("take address %s: the network of %s is %s", a.Prefix, c.Bridge, s.Prefix)
		}
	}
	if err := c.choose(1); err != nil {
		return fmt.Errorf("take an address of %s: %w", c.Bridge, err)
	}
	return nil
}

// choose finds the first number whose addresses are free, from one on. That they are
// free now is no promise: they are ours when the cable is made.
func (c *cable) choose(from uint64) error {
	for _, a := range c.Addr {
		if c.host.taken(nameOf(a.Addr())) {
			return taken(a.Addr())
		}
	}
	main := c.network.subnets[0]
	if chosen := c.chosen(main); len(chosen) > 0 {
		return c.take(main.number(chosen[0].Addr()))
	}
	last := main.last()
	for _, s := range c.network.subnets {
		if len(c.chosen(s)) == 0 {
			last = min(last, s.last())
		}
	}
	for number := from; number <= last; number++ {
		if err := c.take(number); err == nil {
			return nil
		}
	}
	return &chain.Hinted{
		Err:  fmt.Errorf("all of %s are taken", main.Prefix),
		Hint: "an address is free again when the last process of its namespace has ended; another bridge has others",
	}
}

// take makes the addresses with a number ours, if nobody has them.
func (c *cable) take(number uint64) error {
	var list []netip.Prefix
	for _, s := range c.network.subnets {
		own := c.chosen(s)
		if len(own) == 0 {
			ip := s.host(number)
			if why := s.refuses(ip); why != "" {
				return fmt.Errorf("%s: %s", ip, why)
			}
			own = append(own, netip.PrefixFrom(ip, s.Bits()))
		}
		list = append(list, own...)
	}
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = nameOf(a.Addr())
		if c.host.taken(names[i]) {
			return taken(a.Addr())
		}
	}
	c.number, c.near.name, c.also = number, names[0], names[1:]
	c.far.address(list, c.Mac)
	return nil
}

func taken(ip netip.Addr) error {
	return &chain.Hinted{
		Err:  fmt.Errorf("somebody has %s", ip),
		Hint: "the link " + nameOf(ip) + " stands for it; it is free again when the last process inside has ended",
	}
}

// chosen are the addresses in a subnet that the user wants.
func (c *cable) chosen(s subnet) (list []netip.Prefix) {
	for _, a := range c.Addr {
		if p := netip.PrefixFrom(a.Addr(), s.Bits()); s.Contains(a.Addr()) && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}
