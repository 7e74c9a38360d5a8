package nat

import (
	"encoding/hex"
	"slices"
	"testing"
)

// A default route that was advertised, one that was typed in, and a route to a network.
const someRoutes = `00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe8000000000000084611dfffeefeb53 00000400 00000001 00000000 00450003      up0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00040001     eth1
short
`

func TestAdvertised(t *testing.T) {
	if got := advertised(someRoutes); !slices.Equal(got, []string{"up0"}) {
		t.Errorf("got %q", got)
	}
}

const someSockets = `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
ffff8cba81c8b800 0   1234       00000000 0        0        0     2        0        61641
0000000000000000 12  4294963184 00000000 0        0        0     2        0        7
`

func TestSockets(t *testing.T) {
	got := sockets(someSockets)
	if len(got) != 2 || !got["61641"] || !got["7"] {
		t.Errorf("got %v", got)
	}
}

// The kernel's own words: a flow of UDP from 10.88.0.1 to 10.88.0.5, port 53.
const someFlow = "02000000" + "34000180" + "14000180" + "080001000a580001" + "080002000a580005" +
	"1c000280" + "0500010011000000" + "06000200115c0000" + "0600030000350000" + "08000c00a1b2c3d4"

func TestFlowTo(t *testing.T) {
	flow, err := hex.DecodeString(someFlow)
	if err != nil {
		t.Fatal(err)
	}
	for port, want := range map[uint16]bool{53: true, 0x115c: false, 80: false} {
		key, err := flowTo(flow, map[uint16]bool{port: true})
		if err != nil || (key != nil) != want {
			t.Errorf("port %d: %x, %v", port, key, err)
		}
		if want && hex.EncodeToString(key) != someFlow[8:] {
			t.Errorf("the flow is known by %x", key)
		}
	}
}

// Whatever the kernel answers, we do not fall over it.
func FuzzAnswers(f *testing.F) {
	flow, _ := hex.DecodeString(someFlow)
	f.Add(flow)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, answer []byte) {
		flowTo(answer, map[uint16]bool{53: true})
		parseLink(answer)
		if prefix, err := parseAddress(answer); err == nil && prefix.IsValid() && !prefix.Masked().IsValid() {
			t.Errorf("%x is no network", answer)
		}
		advertised(string(answer))
		sockets(string(answer))
	})
}
