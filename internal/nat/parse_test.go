package nat

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// What docker run -p takes is taken, and printed in one way.
func TestPort(t *testing.T) {
	for text, want := range map[string]string{
		"8080:80":                       "8080:80",
		"8080:80/tcp":                   "8080:80",
		"53:53/udp":                     "53:53/udp",
		"8000-8010:80-90":               "8000-8010:80-90",
		"80-80:90-90":                   "80:90",
		"127.0.0.1:8080:80":             "127.0.0.1:8080:80",
		"[::]:8080:80":                  "[::]:8080:80",
		"[2001:db8::1]:1-3:65533-65535": "[2001:db8::1]:1-3:65533-65535",
		"[::ffff:192.0.2.1]:80:80":      "192.0.2.1:80:80",
	} {
		var p Port
		if err := p.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, _ := p.MarshalText(); string(got) != want {
			t.Errorf("%s is printed as %s, not %s", text, got, want)
		}
	}
}

// Whatever is taken is printed so that it is taken again, and means ports that exist.
func FuzzPort(f *testing.F) {
	for _, text := range []string{"8080:80", "[::1]:1-2:3-4/udp", "1.2.3.4:5:6/tcp", "a:b", "", "[]:1:1", "65535-1:1-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p, again Port
		if p.UnmarshalText([]byte(text)) != nil {
			return
		}
		printed, _ := p.MarshalText()
		if err := again.UnmarshalText(printed); err != nil || again != p {
			t.Errorf("%q is printed as %q, which is %+v, not %+v (%v)", text, printed, again, p, err)
		}
		if p.First == 0 || p.To == 0 || p.Last < p.First || int(p.To)+int(p.Last-p.First) > 65535 {
			t.Errorf("%q means ports that do not exist: %+v", text, p)
		}
	})
}

// A port leads to the address of its own kind, and one without an address is there in
// both kinds that lead somewhere.
func TestMappings(t *testing.T) {
	p := &Publish{}
	for _, text := range []string{"80-81:8080-8081", "127.0.0.1:53:53/udp", "[::]:22:2222"} {
		var port Port
		if err := port.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		p.Publish = append(p.Publish, port)
	}
	p.To = []Addr{{netip.MustParseAddr("fd00::5")}, {netip.MustParseAddr("10.0.0.5")}}
	var got []string
	for _, m := range p.mappings() {
		got = append(got, fmt.Sprintf("%s>%s", m, m.to))
	}
	want := strings.Fields("0.0.0.0:80/tcp>10.0.0.5:8080 0.0.0.0:81/tcp>10.0.0.5:8081 [::]:80/tcp>[fd00::5]:8080 [::]:81/tcp>[fd00::5]:8081 " +
		"127.0.0.1:53/udp>10.0.0.5:53 [::]:22/tcp>[fd00::5]:2222")
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestReserved(t *testing.T) {
	for text, want := range map[string]bool{
		"10.0.0.0/24 10.0.0.0": true, "10.0.0.0/24 10.0.0.255": true, "10.0.0.0/24 10.0.0.254": false, "10.0.0.0/24 10.0.0.1": false,
		"10.0.0.0/31 10.0.0.0": false, "10.0.0.1/32 10.0.0.1": false, "10.0.0.0/30 10.0.0.3": true, "fd00::/64 fd00::": false,
	} {
		network, addr, _ := strings.Cut(text, " ")
		c := CIDR{netip.MustParsePrefix(network)}
		if got := c.reserved(netip.MustParseAddr(addr)) != ""; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.0/8": "ff000000", "10.0.0.0/23": "fffffe00", "10.0.0.1/32": "ffffffff", "fd00::/64": "ffffffffffffffff0000000000000000",
	} {
		if got := fmt.Sprintf("%x", mask(netip.MustParsePrefix(text))); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
