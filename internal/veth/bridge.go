package veth

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// make makes the bridge, or finishes one. Two may do so at once, and both are right.
// One that cannot be finished is not left behind by who has made it.
func (n *network) make(w *wire, name string) error {
	ours := false
	if n.bridge == nil {
		var mac MAC
		if len(n.subnets) > 0 && n.subnets[0].gateway.IsValid() {
			mac = macOf(n.subnets[0].gateway)
		}
		q := newBridge(name, mac).orElse(unix.EEXIST)
		answers, err := w.ask(q, linkNamed(name))
		if err != nil {
			return err
		}
		ours = q.done()
		b := readLink(answers[0])
		n.bridge = &b
	}
	var requests []*request
	for i, s := range n.subnets {
		if s.missing {
			a := netip.PrefixFrom(s.gateway, s.Bits())
			q := addressed(n.bridge.index, a).orElse(unix.EEXIST)
			q.what = "address " + a.String()
			requests = append(requests, q)
			n.subnets[i].missing = false
		}
	}
	_, err := w.ask(append(requests, switchedOn(n.bridge.index))...)
	if err != nil && ours {
		w.ask(deleted(n.bridge.index))
	}
	return err
}

// settle takes over what the bridge has become since it was looked at.
func (n *network) settle(now *network) error {
	same := func(a, b subnet) bool { return a.Prefix == b.Prefix && a.gateway == b.gateway }
	if !slices.EqualFunc(n.subnets, now.subnets, same) {
		return errors.New("somebody else has made it meanwhile, and with another subnet")
	}
	*n = *now
	return nil
}

// same is what one would type to make the bridge.
func (n *network) same(name string) string {
	var commands []string
	if n.bridge == nil {
		command := "ip link add " + name
		if len(n.subnets) > 0 && n.subnets[0].gateway.IsValid() {
			command += " address " + macOf(n.subnets[0].gateway).String()
		}
		commands = append(commands, command+" type bridge")
	}
	for _, s := range n.subnets {
		if s.missing {
			commands = append(commands, fmt.Sprintf("ip address add %s/%d dev %s", s.gateway, s.Bits(), name)+brd(s.gateway))
		}
	}
	return strings.Join(append(commands, "ip link set "+name+" up"), "; ")
}

// brd is what ip-address(8) wants to be told beside an address: who everybody is, or
// that nobody needs to be asked whether he has it.
func brd(ip netip.Addr) string {
	if ip.Is4() {
		return " brd +"
	}
	return " nodad"
}
