// Package veth runs virtual cables from one network namespace into another.
//
// A network namespace has links, addresses, routes and ports of its own. A new one
// is cut off from everything; a cable (veth) is a pair of links, and what goes into
// one comes out of the other. A bridge joins the near ends of many. See
// network_namespaces(7), veth(4).
package veth

import (
	"embed"
	"net/netip"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("veth", source) }

// Link runs a cable from a bridge into a network namespace, or from one namespace to
// another, and gives its end addresses and routes.
type Link struct {
	Bridge  string   `placeholder:"NAME" help:"Bridge to plug the cable into. It is made if there is none, and stays."`
	Pid     int      `placeholder:"PID" help:"Run the cable to this process, instead of a PROG, and return."`
	Netns   string   `placeholder:"NAME" help:"Run it to a namespace that has a name, as in ip netns, or to the FILE that keeps one."`
	Pair    []string `type:"two" placeholder:"A B" help:"Run it from namespace A to namespace B, without a bridge. Each is a pid, a name or a file."`
	Addr    []Addr   `sep:"none" placeholder:"ADDRESS" help:"Address inside, such as 10.88.0.5/16 or fd00::5/64; the next free one unless given. Repeatable. With --pair they go to A and B in turn."`
	Subnet  []Subnet `sep:"none" placeholder:"NETWORK" help:"Network of a bridge that is made; 10.88.0.0/16 unless given, or the next that is free. Repeatable, for IPv6."`
	Gateway []Addr   `sep:"none" placeholder:"ADDRESS" help:"Way out of the network: the address of a bridge that is made, and the default route. The first address unless given."`

	Route    []Route `sep:"none" placeholder:"ROUTE" help:"Route inside: NETWORK, or 'NETWORK via ADDRESS', beside the default one. Repeatable. With --pair, in A."`
	Internal bool    `help:"Make no default route: what is not in the network is out of reach."`
	Ifname   string  `name:"name" placeholder:"NAME" help:"Name of the link inside; eth0 unless given."`
	Mac      *MAC    `placeholder:"MAC" help:"Address of the link inside; made from the other address unless given."`
	Mtu      int     `placeholder:"N" help:"Largest packet, in bytes."`
	Isolated bool    `help:"Let it reach the bridge, and no other cable that is isolated too."`
	Rate     Rate    `placeholder:"RATE" help:"Bits per second each way, such as 10mbit."`

	Keep   string `placeholder:"NAME" help:"Keep the new namespace under a name, as ip netns does. Needs no PROG."`
	Forget string `placeholder:"NAME" help:"Let go of a namespace that was kept. Nothing else is done."`
	JSON   bool   `name:"json" help:"Print what was made, for programs."`

	chain.Next

	host    *wire    // a conversation about the network that the bridge is in
	network *network // the bridge and its subnets
	cable   *cable   // and the cable that is plugged into it
	made    made     // what --json prints
}

func (l *Link) Name() string { return "veth-link" }

// Alone reports whether there is no program to become.
func (l *Link) Alone() bool {
	argv, _ := l.Next.Program()
	return len(argv) == 0 || l.targeted()
}

// targeted reports whether the cable leads to namespaces that are there already.
func (l *Link) targeted() bool {
	return l.Pid != 0 || l.Netns != "" || len(l.Pair) > 0 || l.Forget != ""
}

// Lines records the bridge, then who is inside, and then the cable.
func (l *Link) Lines(r *recipe.Recipe) error {
	switch {
	case l.Forget != "":
		return l.forget(r)
	case len(l.Pair) > 0:
		return l.pair(r)
	}
	t, err := l.target(r.Dry)
	if err != nil {
		return err
	}
	if err := l.Plan(1); err != nil {
		return err
	}
	l.Open(r)
	if t.inside.called == "" {
		l.leave(r)
	}
	if err := l.plug(r, t.inside); err != nil {
		return err
	}
	if l.Keep != "" {
		l.keep(r)
	}
	l.report(r)
	t.passOn(r)
	return nil
}

// Plan looks at the bridge, and finds addresses in its subnets that are free. The search
// begins at a number; 1 is for where the crowd ends.
func (l *Link) Plan(from uint64) (err error) {
	if l.host == nil {
		l.host, err = openWire()
	}
	if err == nil {
		l.network, err = l.survey()
	}
	if err != nil {
		return err
	}
	l.cable = &cable{Link: l, far: &end{plug: plug{name: l.Ifname}}}
	return l.cable.plan(from)
}

// Planned are the addresses that were found.
func (l *Link) Planned() (list []Addr) {
	for _, a := range l.cable.far.addrs {
		list = append(list, Addr{a})
	}
	return list
}

// Gateways are the addresses of the bridge, each with its subnet.
func (l *Link) Gateways() (list []netip.Prefix) {
	for _, s := range l.network.subnets {
		if s.gateway.IsValid() {
			list = append(list, netip.PrefixFrom(s.gateway, s.Bits()))
		}
	}
	return list
}

// leave records that the process gets a network namespace of its own. What is already
// open goes on belonging to the old one, our socket too.
func (l *Link) leave(r *recipe.Recipe) {
	//doc:leave
	// From here on this process is in a network of its own: no link but lo, no address,
	// no route. Our socket was opened before, and goes on speaking of the old network.
	r.Unshare(unix.CLONE_NEWNET)
	l.ping(r)
}

// Open records that the bridge is made, if it is not there as it should be.
func (l *Link) Open(r *recipe.Recipe) {
	n := l.network
	if n.complete() {
		return
	}
	//doc:bridge
	// A bridge is a switch: what comes in at one port goes out at that behind which the
	// receiver is. Its own address makes the machine one of those who are plugged in, and
	// their gateway. It is shared by all its cables, so it stays.
	r.Outside(recipe.Outside{
		Name: "make bridge", Object: l.Bridge, Same: n.same(l.Bridge),
		Do: func(int) error {
			now, err := l.survey() // somebody may make the same bridge at the same moment
			if err == nil {
				err = n.settle(now)
			}
			if err == nil {
				err = n.make(l.host, l.Bridge)
			}
			return privileged(lacking(err))
		},
	}).Because("there is none yet, or it was not finished")
}

// Plug records the cable to the process that the recipe clones, and what its far end is
// given. The process has a network namespace of its own.
func (l *Link) Plug(r *recipe.Recipe) error { return l.plug(r, &inside{}) }

func (l *Link) plug(r *recipe.Recipe, in *inside) error {
	far := l.cable.far
	far.inside = in
	if far.name == "" {
		far.name = in.freeName("eth")
	}
	var gateways []netip.Addr
	for _, s := range l.network.subnets {
		far.leadsOut(s.gateway, l.Internal)
		gateways = append(gateways, s.gateway)
	}
	if err := far.leads(l.Route, gateways...); err != nil {
		return err
	}
	l.cable.lines(r)
	far.lines(r, l.Rate)
	l.made = made{cable: l.cable, ends: []*end{far}}
	return nil
}
