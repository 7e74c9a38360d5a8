package nat

import (
	"net/netip"

	"ctrkit/internal/recipe"
)

var (
	loopback4 = netip.MustParsePrefix("127.0.0.0/8")
	loopback6 = netip.MustParsePrefix("::1/128")
)

// translate records the rules that change addresses.
func (p *Publish) translate(r *recipe.Recipe) {
	t := p.table
	// What leaves this machine passes here last, when it is known by which link.
	r.Outside(t.chain(postrouting))
	for _, subnet := range p.outwards() {
		//doc:masquerade
		// Nobody outside knows the addresses of the private network, and nobody could
		// answer. What leaves by another link gets the address of that link; the kernel
		// remembers whose it was, and changes the answers back.
		r.Outside(t.rule(postrouting, outward(p.Bridge, subnet)...))
	}
	maps := portMaps(p.mappings())
	if len(maps) == 0 {
		return
	}
	for _, subnet := range p.plan.subnets {
		// Who is on the bridge himself and uses a published port would get the answer
		// straight from his neighbour, and wait for one from this machine. So he seems to
		// be this machine, and the answer comes back through it.
		r.Outside(t.rule(postrouting, sourceOf.in(subnet.Prefix), by(true, p.Bridge), isTranslated(), masquerade()))
	}
	p.publish(r, maps)
}

// outwards are the subnets from which our own table lets traffic out.
func (p *Publish) outwards() []CIDR {
	if p.Shared {
		return nil
	}
	return p.plan.subnets
}

// outward is the rule for what leaves a subnet by another link.
func outward(bridge string, subnet CIDR) []clause {
	return []clause{sourceOf.in(subnet.Prefix), by(false, bridge), by(false, "lo"), masquerade()}
}

// publish records the rules by which a published port leads inside.
func (p *Publish) publish(r *recipe.Recipe, maps []*portMap) {
	t := p.table
	// A place for rules that is gone to from two others.
	r.Outside(t.chain(published))
	for _, own := range []netip.Prefix{loopback4, loopback6} {
		// No answer to an address of loopback can come from another link. What is sent to
		// one stays here, for our own socket.
		r.Outside(t.rule(published, destinationOf.in(own), giveBack()))
	}
	for _, m := range maps {
		// Ports are in a map, and not a rule each: one look finds one among hundreds.
		r.Outside(t.ports(m))
		//doc:translate
		// The first packet of a connection gets another destination. The kernel remembers
		// which, for the packets that follow.
		r.Outside(t.rule(published, m.translate()))
	}
	// What comes from outside passes here before it is decided where it goes.
	r.Outside(t.chain(prerouting))
	// Only what is for an address of this machine is published; a packet for somebody else
	// may have the same port.
	r.Outside(t.rule(prerouting, toUs(), jump(published.Name)))
	// What this machine's own programs send does not come from outside, and passes here.
	r.Outside(t.chain(output))
	// To them the port is published at the same addresses.
	r.Outside(t.rule(output, toUs(), jump(published.Name)))
}

// guard records the rule that keeps others out.
func (p *Publish) guard(r *recipe.Recipe) {
	if len(p.To) == 0 {
		return
	}
	t := p.table
	// What is forwarded from one link to another passes here.
	r.Outside(t.chain(forward))
	for _, to := range p.To {
		//doc:guard
		// Who has a route to the private network needs no published port. So what comes from
		// another link and is neither sent to one nor an answer is thrown away: what is
		// published on 127.0.0.1 is for this machine only.
		r.Outside(t.rule(forward, from(false, p.Bridge), by(true, p.Bridge), destinationOf.in(single(to.Addr)),
			isNoAnswer(), isNotTranslated(), drop()))
	}
}
