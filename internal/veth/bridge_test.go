package veth

import (
	"testing"

	"ctrkit/internal/sandbox"
)

func TestMain(m *testing.M) { sandbox.Main(m) }

// Two look for a bridge, find none, and both make it. Both are right, and there is one; but if one of them wants another
// subnet, it is told.
func TestTwoMakeOneBridge(t *testing.T) {
	sandbox.Root(t)
	sandbox.Run(t, func(t *sandbox.T) {
		host, err := openWire()
		if err != nil {
			t.Fatal(err)
		}
		l := &Link{Bridge: "both"}
		look := func(l *Link) *network {
			l.host = host
			n, err := l.survey()
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		other := &Link{Bridge: "both", Subnet: make([]Subnet, 1)}
		if err := other.Subnet[0].UnmarshalText([]byte("10.99.0.0/24")); err != nil {
			t.Fatal(err)
		}
		one, two, three := look(l), look(l), look(other)
		for _, n := range []*network{one, two} {
			if err := n.make(host, "both"); err != nil {
				t.Error(err)
			}
		}
		if addresses, err := host.addresses(one.bridge.index); err != nil || len(addresses) != 1 {
			t.Errorf("it has the addresses %v, and %v", addresses, err)
		}
		if !look(l).complete() {
			t.Error("it is not complete")
		}
		if err := three.settle(look(l)); err == nil {
			t.Error("nobody noticed that it has another subnet than was told")
		}
		if _, err := host.ask(deleted(one.bridge.index)); err != nil {
			t.Error(err)
		}
	})
}
