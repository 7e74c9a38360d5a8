package veth

import (
	"fmt"
	"net/netip"
	"slices"

	"ctrkit/internal/chain"
)

// plan finds addresses that are free, from a number on.
func (c *cable) plan(from uint64) error {
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
	if err := c.choose(from); err != nil {
		return fmt.Errorf("take an address of %s: %w", c.Bridge, err)
	}
	return nil
}

// choose finds a number whose addresses are free. That they are free now is no promise:
// they are ours when the cable is made.
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
	if from == 1 {
		from = c.edge(main, last)
	}
	for i := range last {
		if err := c.take(1 + (from-1+i)%last); err == nil {
			return nil
		}
	}
	return &chain.Hinted{
		Err:  fmt.Errorf("all of %s are taken", main.Prefix),
		Hint: "an address is free again when the last process of its namespace has ended; another bridge has others",
	}
}

// edge looks for a number that is free and comes after one that is not, in few steps: it
// leaps until it is beyond the crowd, and then halves the way back. Numbers that have
// become free in the midst of a crowd are used when there are no others.
func (c *cable) edge(s subnet, last uint64) uint64 {
	free := func(number uint64) bool {
		ip := s.host(number)
		return s.refuses(ip) == "" && !c.host.taken(nameOf(ip))
	}
	low, high := uint64(1), uint64(2)
	for high <= last && !free(high) {
		low, high = high, 2*high
	}
	if high > last || free(1) {
		return 1
	}
	for high-low > 1 {
		if middle := (low + high) / 2; free(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
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

// Taken is an address that somebody else has.
type Taken struct{ netip.Addr }

func (t Taken) Error() string { return "somebody has " + t.String() }

func taken(ip netip.Addr) error {
	return &chain.Hinted{
		Err:  Taken{ip},
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
