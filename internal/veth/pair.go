package veth

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// A pair is a cable from one namespace to another.
type pair struct {
	*Link
	a, b *end
}

// pair records a cable between the two namespaces that are named.
func (l *Link) pair(r *recipe.Recipe) error {
	p := &pair{l, &end{}, &end{}}
	for i, e := range []*end{p.a, p.b} {
		in, err := named(l.Pair[i], r.Dry)
		if err != nil {
			return err
		}
		e.inside, e.name = in, l.Ifname
		if e.name == "" {
			e.name = in.freeName("eth")
		}
		e.address(l.deal(i), nil)
	}
	if p.a.wire != nil && p.b.wire != nil && p.a.ns.Equal(p.b.ns) {
		if l.Ifname != "" || p.a.name == p.b.name {
			return fmt.Errorf("pair %s and %s: they are the same namespace", l.Pair[0], l.Pair[1])
		}
	}
	var ways []netip.Addr
	for _, a := range p.b.addrs {
		ways = append(ways, a.Addr())
	}
	if err := p.a.leads(l.Route, ways...); err != nil {
		return err
	}
	p.lines(r)
	l.made = made{ends: []*end{p.a, p.b}}
	l.report(r)
	return nil
}

// deal gives out the addresses: in turn, or the first two of each network.
func (l *Link) deal(to int) (list []netip.Prefix) {
	for i, a := range l.Addr {
		if i%2 == to {
			list = append(list, a.Prefix)
		}
	}
	for _, s := range l.Subnet {
		list = append(list, netip.PrefixFrom(subnet{Prefix: s.Prefix}.host(uint64(to+1)), s.Bits()))
	}
	return list
}

// lines records the cable, and what its ends are given.
func (p *pair) lines(r *recipe.Recipe) {
	//doc:pair
	// Without a bridge, what is sent at one end arrives at the other and nowhere else. The
	// cable is made in one namespace, with its other end in the other.
	r.Outside(recipe.Outside{
		Name: "make cable", Object: p.a.name + " to " + p.b.name,
		Same: p.a.within(fmt.Sprintf("ip link add %s%s address %s numtxqueues 1 numrxqueues 1 up type veth peer %s",
			p.a.name, mtu(p.Mtu), p.a.mac, p.b.same(p.Mtu))),
		Do:   func(int) error { return privileged(p.make()) },
		Undo: p.remove, Stays: true,
	})
	p.a.lines(r, p.Rate)
	p.b.lines(r, p.Rate)
}

// make makes the cable.
func (p *pair) make() error {
	answers, err := p.a.wire.ask(newCable(p.a.plug, p.b.plug, p.Mtu, p.b.peer()), linkNamed(p.a.name))
	if err == unix.EEXIST {
		return &chain.Hinted{Err: err, Hint: "one of the namespaces has a link of that name: choose another with --name"}
	}
	if err != nil {
		return err
	}
	near := readLink(answers[0])
	p.a.index, p.b.index = near.index, near.peer
	if near.peer == 0 {
		p.b.index = near.index
	}
	return nil
}

func (p *pair) remove() error {
	_, err := p.a.wire.ask(deleted(p.a.index).orElse(unix.ENODEV))
	return err
}
