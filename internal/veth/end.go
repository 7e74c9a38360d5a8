package veth

import (
	"fmt"
	"net/netip"
)

// An end is the end of a cable that lies in a namespace, and what it is to have
// there.
type end struct {
	*inside
	plug
	index  int32
	addrs  []netip.Prefix
	ways   []way   // the default routes that come with the network
	routes []Route // and those that were asked for

	batch  []*request // what the kernel is to be asked
	quiet  bool       // lo was off before
	retold []func()   // the lines that tell of names and addresses, should those change
}

// A way is a default route, which is left out where there is one already.
type way struct {
	Route
	request *request
}

// address gives the end its addresses, and one of its own that goes with the first.
func (e *end) address(list []netip.Prefix, chosen *MAC) {
	e.addrs, e.mac = list, macOf(list[0].Addr())
	if chosen != nil {
		e.mac = *chosen
	}
}

// leadsOut makes a gateway the way to everywhere.
func (e *end) leadsOut(gateway netip.Addr, internal bool) {
	if gateway.IsValid() && !internal {
		e.ways = append(e.ways, way{Route: Route{netip.PrefixFrom(zero(gateway), 0), gateway}})
	}
}

func zero(ip netip.Addr) netip.Addr {
	if ip.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// leads adds the routes that were asked for, by the gateways that are known unless
// another one is named.
func (e *end) leads(routes []Route, gateways ...netip.Addr) error {
	for _, route := range routes {
		found := false
		for _, gateway := range gateways {
			to := route
			switch {
			case !gateway.IsValid() || to.Dst.IsValid() && to.Dst.Addr().Is4() != gateway.Is4():
				continue
			case to.Via.IsValid() && to.Via.Is4() != gateway.Is4():
				continue
			case !to.Via.IsValid():
				to.Via = gateway
			}
			if !to.Dst.IsValid() {
				to.Dst = netip.PrefixFrom(zero(gateway), 0)
			}
			e.routes, found = append(e.routes, to), true
		}
		if !found {
			return fmt.Errorf("route %s: there is no gateway of that kind", route)
		}
	}
	return nil
}

// text is a route as ip-route(8) has it.
func text(route Route) string {
	if route.Dst.Bits() == 0 {
		route.Dst = netip.Prefix{}
	}
	return route.String()
}

// same is how ip-link(8) wants to hear of a far end.
func (e *end) same(size int) string {
	return fmt.Sprintf("name %s address %s%s numtxqueues 1 numrxqueues 1 netns %s", e.name, e.mac, mtu(size), e.inside.same())
}

func mtu(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" mtu %d", n)
}
