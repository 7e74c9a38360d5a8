// Package nat lets traffic out of a bridge, and published ports in.
//
// A private network has addresses that nobody outside knows. The kernel can
// translate them: what leaves gets the address of the machine, and what comes to a
// port of the machine gets the address of whoever is behind it. See nft(8), NAT
// STATEMENTS.
package nat

import (
	"embed"
	"net/netip"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("nat", source) }

// Publish translates addresses while a program runs. Addresses are of IPv4 or IPv6.
type Publish struct {
	Bridge  string `placeholder:"NAME" help:"The bridge of the private network. What comes from its addresses and leaves by another link gets that link's address."`
	Subnet  []CIDR `sep:"none" placeholder:"CIDR" help:"The addresses of the private network, such as 10.88.0.0/24; default those of the bridge. Repeatable."`
	To      []Addr `sep:"none" placeholder:"ADDR" help:"Whose ports are published: an address of the subnet. Once more for IPv6."`
	Publish []Port `short:"p" sep:"none" placeholder:"[IP:]HOSTPORT:PORT[/udp]" help:"Let what comes to HOSTPORT of this machine, or of one of its addresses, reach PORT. Ranges as in 8000-8010:80-90. Repeatable."`

	Shared bool `help:"Let traffic out for all who are on the bridge, by rules that stay as it does. If no port is published, nobody need stay: PROG is become."`

	chain.Next

	known  []netip.Addr // the addresses of the bridge, if whoever has made it says so
	plan   plan
	table  *table // our own, if there is one
	shared *table // and the bridge's
}

func (p *Publish) Name() string { return "nat-publish" }

// Lines records the rules, and the program that they are for. Rules of our own go when their
// holder does, so the holder stays.
func (p *Publish) Lines(r *recipe.Recipe) error {
	if err := p.Open(r); err != nil {
		return err
	}
	if p.table == nil {
		p.Forward(r)
		return nil
	}
	// The program is a child, and we are still there when it ends: the rules are ours.
	r.Clone3(0)
	r.Join()
	// Nobody would wait for a child that outlives us. When its parent dies, the kernel
	// now kills it.
	r.PrSetPdeathsig(unix.SIGKILL)
	// If the parent died a moment before, the kernel will say nothing. But then this
	// fails, and ends the child.
	r.TellParent()
	p.Forward(r)
	return nil
}

// Open records the ports that are taken, and the rules, all of which end with the
// calling process, but those that are the bridge's.
func (p *Publish) Open(r *recipe.Recipe) (err error) {
	if p.plan, err = p.look(); err != nil {
		return err
	}
	if p.Shared {
		if err := p.share(r); err != nil {
			return err
		}
		if len(p.Publish) == 0 {
			return nil
		}
	}
	if p.table, err = newTable(); err != nil {
		return err
	}
	p.reserve(r)
	p.table.make(r)
	p.translate(r)
	p.guard(r)
	p.table.commit(r)
	p.forget(r)
	return nil
}
