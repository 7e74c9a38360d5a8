package nat

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A Port is a port of this machine, or a range of them, and what it leads to.
type Port struct {
	Host        netip.Addr // at which it is published; the zero Addr for all
	First, Last uint16     // on this machine
	To          uint16     // where the first one leads
	UDP         bool       // and not TCP
}

func (p Port) MarshalText() ([]byte, error) {
	text := fmt.Sprintf("%s:%s", span(p.First, p.Last), span(p.To, p.To+(p.Last-p.First)))
	switch {
	case p.Host.Is6():
		text = "[" + p.Host.String() + "]:" + text
	case p.Host.IsValid():
		text = p.Host.String() + ":" + text
	}
	if p.UDP {
		text += "/udp"
	}
	return []byte(text), nil
}

func span(first, last uint16) string {
	if first == last {
		return strconv.Itoa(int(first))
	}
	return fmt.Sprintf("%d-%d", first, last)
}

var errPort = errors.New("it is not [IP:]HOSTPORT:PORT[/udp], such as 8080:80 or 127.0.0.1:53:53/udp")

// UnmarshalText reads what docker run -p takes, if both ports are given.
func (p *Port) UnmarshalText(text []byte) error {
	ports, protocol, given := strings.Cut(string(text), "/")
	if given && protocol != "tcp" && protocol != "udp" {
		return fmt.Errorf("%q: the protocol is tcp or udp", text)
	}
	*p = Port{UDP: protocol == "udp"}
	i := strings.LastIndexByte(ports, ':')
	if i < 0 {
		return fmt.Errorf("%q: %w", text, errPort)
	}
	ports, inside := ports[:i], ports[i+1:]
	if i := strings.LastIndexByte(ports, ':'); i >= 0 {
		host := ports[:i]
		if err := p.host(host); err != nil {
			return fmt.Errorf("%q: %w", text, err)
		}
		ports = ports[i+1:]
	}
	if err := p.spans(ports, inside); err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	return nil
}

// host reads an address. One of IPv6 is in brackets, for it has colons of its own.
func (p *Port) host(text string) error {
	inner, bracket := strings.CutPrefix(text, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	addr, err := netip.ParseAddr(inner)
	switch {
	case bracket != closed, err == nil && bracket != addr.Is6():
		return errPort
	case err != nil:
		return fmt.Errorf("%q is no address", inner)
	case addr.Zone() != "" || addr.IsLinkLocalUnicast() || addr.IsMulticast():
		return fmt.Errorf("nothing can be published on %s, for it has a meaning on one link only, or is a group's", addr)
	}
	p.Host = addr.Unmap()
	return nil
}

// spans reads a port or a range on both sides.
func (p *Port) spans(host, inside string) (err error) {
	var last uint16
	if p.First, p.Last, err = portSpan(host); err != nil {
		return err
	}
	if p.To, last, err = portSpan(inside); err != nil {
		return err
	}
	if last-p.To != p.Last-p.First {
		return fmt.Errorf("%s are %d ports, and %s are %d", host, p.Last-p.First+1, inside, last-p.To+1)
	}
	return nil
}

func portSpan(text string) (first, last uint16, err error) {
	from, to, isRange := strings.Cut(text, "-")
	if first, err = portNumber(from); err != nil || !isRange {
		return first, first, err
	}
	if last, err = portNumber(to); err == nil && last < first {
		err = fmt.Errorf("the range %s runs backwards", text)
	}
	return first, last, err
}

func portNumber(text string) (uint16, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, errPort
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("port %s is not between 1 and 65535", text)
	}
	return uint16(n), nil
}
