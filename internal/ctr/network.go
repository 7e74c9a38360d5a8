package ctr

import (
	"errors"
	"fmt"
	"net/netip"
	"os"

	"ctrkit/internal/chain"
	"ctrkit/internal/nat"
	"ctrkit/internal/veth"
)

// Network is the network of a container, as docker run has it.
type Network struct {
	Network string      `placeholder:"KIND" help:"bridge: a cable into ctr0 (default); none: nothing but lo; host: the machine's; container:PID: that of the container which a process is in."`
	Publish []nat.Port  `short:"p" sep:"none" placeholder:"[IP:]HOSTPORT:PORT[/udp]" help:"Let what comes to HOSTPORT of this machine reach PORT. Ranges as in 8000-8010:80-90. Repeatable."`
	IP      []veth.Addr `name:"ip" sep:"none" placeholder:"ADDRESS" help:"Address on the bridge; the next free one unless given. Once more for IPv6."`
	Rate    veth.Rate   `placeholder:"RATE" help:"Bits per second each way, such as 10mbit."`
	DNS     []Server    `name:"dns" sep:"none" placeholder:"ADDRESS" help:"Name server; those of the machine unless given. Repeatable."`
	AddHost []Host      `sep:"none" placeholder:"NAME:ADDRESS" help:"Name that is looked up in /etc/hosts; host-gateway is the address of the machine. Repeatable."`
}

// The kinds of network. That of another container ends in a pid.
const (
	bridged = "bridge"
	none    = "none"
	shared  = "host"
	joined  = "container:"
)

// bridge is the one that all containers are plugged into.
const bridge = "ctr0"

// kind is the kind of network that the container gets.
func (c *Run) kind() string {
	switch {
	case c.offline != nil:
		return none
	case c.Network.Network == "":
		return bridged
	}
	return c.Network.Network
}

// asked reports whether the network was asked for, in whatever way.
func (n *Network) asked() bool {
	return n.Network != "" || n.needsBridge() != ""
}

// needsBridge is an option that means something on a bridge only, or "".
func (n *Network) needsBridge() string {
	switch {
	case len(n.Publish) > 0:
		return "--publish"
	case len(n.IP) > 0:
		return "--ip"
	case n.Rate != 0:
		return "--rate"
	}
	return ""
}

// check wants a kind that there is, and options that mean something there.
func (n *Network) check() error {
	if err := checkKind("network", n.Network, bridged, none, shared, joined); err != nil {
		return err
	}
	if len(n.IP) > 2 || len(n.IP) == 2 && n.IP[0].Addr().Is4() == n.IP[1].Addr().Is4() {
		return errors.New("take addresses: a container has one of IPv4, and one of IPv6")
	}
	if option := n.needsBridge(); option != "" && n.Network != "" && n.Network != bridged {
		return fmt.Errorf("choose network %s: %s is for a container on a bridge", n.Network, option)
	}
	return nil
}

// plan finds the container a place on the bridge. The network that nobody asked for is
// not worth a refusal: a container can do without.
func (c *Run) plan() error {
	c.link, c.nat = nil, nil
	if c.kind() != bridged {
		return nil
	}
	err := errOrdinary
	if !ordinary() {
		err = c.planBridge()
	}
	switch {
	case err != nil && !c.asked():
		c.link, c.nat, c.offline = nil, nil, err
		return nil
	case err == errOrdinary:
		return &chain.Hinted{Err: err, Hint: "try sudo; or " + sharesIt}
	}
	return err
}

// errOrdinary is why an ordinary user's container has no cable.
var errOrdinary = errors.New("plug into " + bridge + ": an ordinary user cannot change the machine's network")

const sharesIt = "--network host, which shares the machine's network as it is"

func (c *Run) planBridge() error {
	link := &veth.Link{Bridge: bridge, Addr: c.IP, Rate: c.Rate}
	if err := link.Check(); err != nil {
		return err
	}
	if err := link.Plan(c.from()); err != nil {
		return err
	}
	rules := &nat.Publish{Bridge: bridge, Shared: true, Publish: c.Publish}
	var gateways []netip.Addr
	for _, g := range link.Gateways() {
		rules.Subnet = append(rules.Subnet, nat.CIDR{Prefix: g.Masked()})
		gateways = append(gateways, g.Addr())
	}
	rules.Know(gateways...)
	// The rules, the files and the cable must agree on the address.
	link.Addr = link.Planned()
	for _, a := range link.Addr {
		if len(c.Publish) > 0 && len(rules.To) < len(rules.Subnet) {
			rules.To = append(rules.To, nat.Addr{Addr: a.Addr()})
		}
	}
	c.link, c.nat = link, rules
	return rules.Check()
}

// from is where the search for an address begins. Who begins anew, because somebody else
// was faster, begins at a place of his own.
func (c *Run) from() uint64 {
	if c.tries == 0 {
		return 1
	}
	return uint64(os.Getpid())
}
