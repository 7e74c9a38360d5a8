package nat

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode"

	"ctrkit/internal/chain"
)

// Check wants a bridge, and for each port an address that it leads to.
func (p *Publish) Check() error {
	if p.Bridge == "" {
		return &chain.Hinted{Err: errors.New("publish: no bridge is named"), Hint: "add --bridge NAME, of the bridge that the program is to be reached by"}
	}
	if err := checkLink(p.Bridge); err != nil {
		return err
	}
	if err := p.checkTargets(); err != nil {
		return err
	}
	return p.checkPorts()
}

// checkLink wants a name that a link can have.
func checkLink(name string) error {
	const longest = 15
	switch {
	case len(name) > longest:
		return fmt.Errorf("use bridge %.40s: the name of a link has %d bytes at most", name, longest)
	case name == "." || name == ".." || strings.ContainsAny(name, `/:"`) || strings.ContainsFunc(name, odd):
		return fmt.Errorf("use bridge %q: no link can be called that", name)
	}
	return nil
}

func odd(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// checkTargets wants one address of each kind at most.
func (p *Publish) checkTargets() error {
	for i, a := range p.To {
		for _, b := range p.To[:i] {
			if a.Is4() == b.Is4() {
				return fmt.Errorf("publish to %s: it is %s already", a, b)
			}
		}
	}
	switch {
	case len(p.Publish) > 0 && len(p.To) == 0:
		return &chain.Hinted{Err: errors.New("publish: it is not said whose ports"), Hint: "add --to ADDR"}
	case len(p.Publish) == 0 && len(p.To) > 0:
		return &chain.Hinted{Err: fmt.Errorf("publish to %s: no port is named", p.To[0]), Hint: "add --publish HOSTPORT:PORT"}
	}
	return nil
}

// Each port is a socket of ours, and a process has no more than 1024 open files
// unless more were asked for.
const mostPorts = 512

// checkPorts wants ports that do not get in each other's way.
func (p *Publish) checkPorts() error {
	number := 0
	taken := map[string][]netip.Addr{}
	for _, port := range p.Publish {
		if number += 1 + int(port.Last-port.First); number > mostPorts {
			return fmt.Errorf("publish ports: %d are the most that one holder keeps open", mostPorts)
		}
		if port.Host.IsValid() && !p.target(port.Host).IsValid() {
			return &chain.Hinted{
				Err:  fmt.Errorf("publish on %s: whose ports they are has no address of the same kind", port.Host),
				Hint: "an address of IPv4 is translated to one of IPv4, and one of IPv6 to one of IPv6",
			}
		}
	}
	for _, m := range p.mappings() {
		name := fmt.Sprintf("%d/%s", m.host.Port(), m.proto)
		for _, other := range taken[name] {
			if addr := m.host.Addr(); addr.Is4() == other.Is4() && (addr == other || addr.IsUnspecified() || other.IsUnspecified()) {
				return fmt.Errorf("publish port %s: it is given twice", name)
			}
		}
		taken[name] = append(taken[name], m.host.Addr())
	}
	return nil
}

// target is whom the ports at an address lead to.
func (p *Publish) target(host netip.Addr) netip.Addr {
	for _, to := range p.To {
		if to.Is4() == host.Is4() {
			return to.Addr
		}
	}
	return netip.Addr{}
}
