package veth

import (
	"errors"
	"fmt"
	"strings"

	"ctrkit/internal/chain"
)

// Check wants one thing to do, and values that can be meant.
func (l *Link) Check() error {
	argv, _ := l.Next.Program()
	targets := 0
	for _, given := range []bool{l.Pid != 0, l.Netns != "", len(l.Pair) > 0, l.Keep != "", l.Forget != ""} {
		if given {
			targets++
		}
	}
	switch {
	case targets > 1:
		return errors.New("plug in: --pid, --netns, --pair, --keep and --forget exclude one another")
	case l.targeted() && len(argv) > 0:
		return fmt.Errorf("plug in: the cable is for somebody who is there already, so %s has no place here", argv[0])
	case l.Pid < 0:
		return fmt.Errorf("plug into process %d: a pid is more than 0", l.Pid)
	case l.Forget != "":
		return l.checkForget()
	case len(l.Pair) > 0:
		if err := l.checkPair(); err != nil {
			return err
		}
	case l.Bridge == "":
		return &chain.Hinted{Err: errors.New("plug in: no bridge is named"), Hint: "add --bridge ctr0, or another name: it is made if there is none"}
	}
	for _, name := range []string{l.Bridge, l.Ifname} {
		if err := checkLink(name); err != nil {
			return err
		}
	}
	if l.Keep != "" {
		if err := checkName("keep", l.Keep); err != nil {
			return err
		}
	}
	return l.checkNetwork()
}

// checkLink wants a name that a link can have.
func checkLink(name string) error {
	const longest = 15
	switch {
	case len(name) > longest:
		return fmt.Errorf("name link %.40s: a name has %d letters at most", name, longest)
	case name == "." || name == ".." || strings.ContainsAny(name, "/:% \t\n\v\f\r\x00"):
		return fmt.Errorf("name link %q: no link can be called that", name)
	}
	return nil
}

// checkForget wants nothing else to do.
func (l *Link) checkForget() error {
	if other := *l; true {
		other.Forget = ""
		if !other.idle() {
			return fmt.Errorf("forget namespace %s: nothing else is done, so other options have no place here", l.Forget)
		}
	}
	return checkName("forget", l.Forget)
}

// idle reports whether no option says anything about a cable.
func (l *Link) idle() bool {
	return l.Bridge == "" && len(l.Addr) == 0 && len(l.Subnet) == 0 && len(l.Gateway) == 0 && len(l.Route) == 0 &&
		!l.Internal && l.Ifname == "" && l.Mac == nil && l.Mtu == 0 && !l.Isolated && l.Rate == 0 && !l.JSON
}

// checkPair wants options that make sense without a bridge.
func (l *Link) checkPair() error {
	switch {
	case l.Bridge != "" || len(l.Gateway) > 0 || l.Isolated || l.Internal:
		return errors.New("pair: --bridge, --gateway, --isolated and --internal are for cables into a bridge")
	case l.Mac != nil:
		return errors.New("pair: the two ends cannot both have the address that --mac names")
	case len(l.Addr)%2 != 0:
		return errors.New("pair: addresses go to the two ends in turn, so one is missing")
	case len(l.Addr)+len(l.Subnet) == 0:
		return &chain.Hinted{Err: errors.New("pair: the ends have no addresses"), Hint: "add --subnet 10.89.0.0/30, or --addr ADDRESS/LENGTH for each end"}
	}
	for i, a := range l.Addr {
		if !a.IsValid() {
			return &chain.Hinted{Err: fmt.Errorf("pair: the network of %s is not known", a.Addr()), Hint: "add the length of its network: " + a.Addr().String() + "/24"}
		}
		if i%2 == 1 && a.Addr() == l.Addr[i-1].Addr() {
			return fmt.Errorf("pair: both ends would have the address %s", a.Addr())
		}
	}
	return nil
}

// checkNetwork wants networks that can be.
func (l *Link) checkNetwork() error {
	const least, least6, most = 68, 1280, 65535 // the kernel's, and that of IPv6
	families := map[bool]bool{}
	for _, s := range l.Subnet {
		if families[s.Addr().Is4()] {
			return errors.New("make bridge: it has one subnet of each kind, IPv4 and IPv6")
		}
		families[s.Addr().Is4()] = true
	}
	six := false
	for _, a := range l.Addr {
		six = six || a.Addr().Is6()
		if len(l.Pair) == 0 && a.IsValid() && a.Addr().BitLen()-a.Bits() < 2 {
			return fmt.Errorf("take address %s: its network has no room for a gateway", a.Prefix)
		}
	}
	for _, g := range l.Gateway {
		if g.IsValid() {
			return fmt.Errorf("lead out by %s: a gateway is an address without a length", g.Prefix)
		}
	}
	switch {
	case l.Mtu != 0 && (l.Mtu < least || l.Mtu > most):
		return fmt.Errorf("limit packets to %d bytes: the kernel has %d to %d", l.Mtu, least, most)
	case l.Mtu != 0 && l.Mtu < least6 && (six || families[false]):
		return fmt.Errorf("limit packets to %d bytes: IPv6 needs %d", l.Mtu, least6)
	}
	return nil
}
