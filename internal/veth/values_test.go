package veth

import (
	"encoding"
	"strings"
	"testing"
)

// What is written is read, and written as it is written best; what means nothing is refused.
func TestValues(t *testing.T) {
	for _, test := range []struct {
		value interface {
			encoding.TextMarshaler
			encoding.TextUnmarshaler
		}
		text, want string // "" to be refused
	}{
		{&Addr{}, "10.88.0.5/16", "10.88.0.5/16"},
		{&Addr{}, "10.88.0.5", "10.88.0.5"},
		{&Addr{}, "FD00:0::5/64", "fd00::5/64"},
		{&Addr{}, "10.88.0.5/33", ""},
		{&Addr{}, "10.88.0.5/", ""},
		{&Addr{}, "10.88.0/16", ""},
		{&Addr{}, "fe80::1%eth0", ""},
		{&Addr{}, "::ffff:10.0.0.1", ""},
		{&Addr{}, "224.0.0.1/4", ""},
		{&Addr{}, "127.0.0.1/8", ""},
		{&Addr{}, "0.0.0.0/0", ""},
		{&Addr{}, "", ""},
		{&Subnet{}, "10.88.0.0/16", "10.88.0.0/16"},
		{&Subnet{}, "fd00::/64", "fd00::/64"},
		{&Subnet{}, "10.88.0.5/16", ""},
		{&Subnet{}, "10.88.0.0/30", "10.88.0.0/30"},
		{&Subnet{}, "10.88.0.0/31", ""},
		{&Subnet{}, "fd00::/127", ""},
		{&Subnet{}, "0.0.0.0/0", ""},
		{&Subnet{}, "10.88.0.0", ""},
		{&Route{}, "default", "default"},
		{&Route{}, "default via 10.88.0.7", "default via 10.88.0.7"},
		{&Route{}, "10.9.0.0/16via10.88.0.7", "10.9.0.0/16 via 10.88.0.7"},
		{&Route{}, "10.9.0.1", "10.9.0.1/32"},
		{&Route{}, "fd01::/64 via fd00::1", "fd01::/64 via fd00::1"},
		{&Route{}, "fd01::/64 via 10.88.0.7", ""},
		{&Route{}, "10.9.0.1/16", ""},
		{&Route{}, "10.9.0.0/16 via", ""},
		{&Route{}, "via 10.88.0.7", ""},
		{&Route{}, "", ""},
		{new(MAC), "02:00:00:00:AB:01", "02:00:00:00:ab:01"},
		{new(MAC), "02:00:00:00:00", ""},
		{new(MAC), "02:00:00:00:00:01:02", ""},
		{new(MAC), "01:00:00:00:00:01", ""},
		{new(MAC), "00:00:00:00:00:00", ""},
		{new(MAC), "2:0:0:0:0:1", ""},
		{new(Rate), "10mbit", "10mbit"},
		{new(Rate), "1000000", "1mbit"},
		{new(Rate), "1500kbit", "1500kbit"},
		{new(Rate), "2mbps", "16mbit"},
		{new(Rate), "1Gbit", "1gbit"},
		{new(Rate), "34gbit", "34gbit"},
		{new(Rate), "35gbit", ""},
		{new(Rate), "99999999999999999999gbit", ""},
		{new(Rate), "7kbit", ""},
		{new(Rate), "0mbit", ""},
		{new(Rate), "-1mbit", ""},
		{new(Rate), "1.5mbit", ""},
		{new(Rate), "mbit", ""},
	} {
		err := test.value.UnmarshalText([]byte(test.text))
		if (err == nil) != (test.want != "") {
			t.Errorf("%T %q: %v", test.value, test.text, err)
			continue
		}
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%T %q: %q is more than a line", test.value, test.text, err)
			}
			continue
		}
		if text, err := test.value.MarshalText(); err != nil || string(text) != test.want {
			t.Errorf("%T %q is written as %q, not %q, and %v", test.value, test.text, text, test.want, err)
		}
	}
}
