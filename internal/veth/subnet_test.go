package veth

import (
	"net/netip"
	"testing"
)

func TestHosts(t *testing.T) {
	for _, test := range []struct {
		network string
		number  uint64
		ip      string
		last    uint64
	}{
		{"10.88.0.0/16", 1, "10.88.0.1", 65534},
		{"10.88.0.0/16", 65534, "10.88.255.254", 65534},
		{"10.88.0.0/30", 2, "10.88.0.2", 2},
		{"192.168.1.64/26", 62, "192.168.1.126", 62},
		{"10.0.0.0/8", 1<<24 - 2, "10.255.255.254", 1<<24 - 2},
		{"fd00::/64", 5, "fd00::5", 1<<32 - 1},
		{"fd00::/64", 1<<32 - 1, "fd00::ffff:ffff", 1<<32 - 1},
		{"fd00::fc/126", 3, "fd00::ff", 3},
		{"fd00::/8", 1 << 40, "fd00::100:0:0", 1<<32 - 1},
	} {
		s := subnet{Prefix: netip.MustParsePrefix(test.network)}
		if ip := s.host(test.number); ip.String() != test.ip || s.number(ip) != test.number || s.last() != test.last {
			t.Errorf("%s, %d: %s, which is number %d, of %d", test.network, test.number, ip, s.number(ip), s.last())
		}
	}
}

// Nobody gets an address that means something else.
func TestRefusals(t *testing.T) {
	s := subnet{Prefix: netip.MustParsePrefix("10.88.0.0/24"), gateway: netip.MustParseAddr("10.88.0.1")}
	six := subnet{Prefix: netip.MustParsePrefix("fd00::/64")}
	for ip, free := range map[string]bool{
		"10.88.0.0": false, "10.88.0.1": false, "10.88.0.2": true, "10.88.0.254": true, "10.88.0.255": false, "10.88.1.2": false,
	} {
		if why := s.refuses(netip.MustParseAddr(ip)); (why == "") != free {
			t.Errorf("%s: %q", ip, why)
		}
	}
	for ip, free := range map[string]bool{"fd00::": false, "fd00::1": true, "fd00::ffff:ffff:ffff:ffff": true, "fd01::1": false} {
		if why := six.refuses(netip.MustParseAddr(ip)); (why == "") != free {
			t.Errorf("%s: %q", ip, why)
		}
	}
}

// Every address has a name that a link can have, and no two have the same.
func TestNames(t *testing.T) {
	seen := map[string]netip.Addr{}
	for _, network := range []string{"10.88.0.0/16", "10.89.0.0/16", "fd00::/64", "fd00:1::/64", "fd00:0:0:1::/64"} {
		s := subnet{Prefix: netip.MustParsePrefix(network)}
		for number := range uint64(10_000) {
			ip := s.host(number)
			name := nameOf(ip)
			if other, taken := seen[name]; taken || len(name) > 15 {
				t.Fatalf("%s is called %s, as is %s", ip, name, other)
			}
			seen[name] = ip
		}
	}
	if name := nameOf(netip.MustParseAddr("10.88.0.5")); name != "v0a580005" {
		t.Error(name)
	}
}

func FuzzValues(f *testing.F) {
	for _, text := range []string{"10.88.0.5/16", "fd00::/64 via fd00::1", "02:00:00:00:00:01", "10mbit", "default via 1.2.3.4"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a Addr
		var s Subnet
		var r Route
		var m MAC
		var rate Rate
		again := func(read func([]byte) error, write func() ([]byte, error)) {
			if read([]byte(text)) != nil {
				return
			}
			once, err := write()
			if err == nil {
				err = read(once)
			}
			twice, _ := write()
			if err != nil || string(once) != string(twice) {
				t.Errorf("%q is written as %q, and that as %q: %v", text, once, twice, err)
			}
		}
		again(a.UnmarshalText, func() ([]byte, error) { return a.MarshalText() })
		again(s.UnmarshalText, func() ([]byte, error) { return s.MarshalText() })
		again(r.UnmarshalText, func() ([]byte, error) { return r.MarshalText() })
		again(m.UnmarshalText, func() ([]byte, error) { return m.MarshalText() })
		again(rate.UnmarshalText, func() ([]byte, error) { return rate.MarshalText() })
	})
}
