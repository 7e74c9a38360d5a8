package veth

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"os"
	"strconv"

	"ctrkit/internal/recipe"
)

// made is what --json prints. There is a bridge and a link on it, or two links inside.
type made struct {
	cable *cable // nil for a pair
	ends  []*end
}

// A reportedLink is one link as --json has it.
type reportedLink struct {
	Name      string         `json:"name"`
	Index     int32          `json:"index"`
	MAC       string         `json:"mac"`
	Namespace string         `json:"namespace,omitempty"`
	Addresses []netip.Prefix `json:"addresses,omitempty"`
	Routes    []string       `json:"routes,omitempty"`
}

// report records that what was made is printed.
func (l *Link) report(r *recipe.Recipe) {
	if !l.JSON {
		return
	}
	// Programs that go on from here want the names and numbers.
	r.Outside(recipe.Outside{Name: "print", Object: "what was made", Do: func(int) error {
		return json.NewEncoder(os.Stdout).Encode(l.made.object())
	}})
}

// object is what was made, as JSON has it.
func (m *made) object() any {
	var object struct {
		Bridge *reportedLink  `json:"bridge,omitempty"`
		Host   *reportedLink  `json:"host,omitempty"`
		Inside []reportedLink `json:"inside"`
	}
	if c := m.cable; c != nil {
		b := c.network.bridge
		object.Bridge = &reportedLink{Name: c.Bridge, Index: b.index, MAC: b.mac.String()}
		for _, s := range c.network.subnets {
			if s.gateway.IsValid() {
				object.Bridge.Addresses = append(object.Bridge.Addresses, netip.PrefixFrom(s.gateway, s.Bits()))
			}
		}
		object.Host = &reportedLink{Name: c.near.name, Index: c.index, MAC: c.near.mac.String()}
	}
	for _, e := range m.ends {
		link := reportedLink{Name: e.name, Index: e.index, MAC: e.mac.String(), Namespace: cmp.Or(e.called, strconv.Itoa(os.Getpid())), Addresses: e.addrs}
		for _, way := range e.ways {
			if way.request.done() {
				link.Routes = append(link.Routes, text(way.Route))
			}
		}
		for _, route := range e.routes {
			link.Routes = append(link.Routes, text(route))
		}
		object.Inside = append(object.Inside, link)
	}
	return object
}
