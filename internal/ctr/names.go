package ctr

import (
	"cmp"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"unicode"

	"ctrkit/internal/root"
)

// A Server is the address of a name server.
type Server struct{ netip.Addr }

func (s Server) MarshalText() ([]byte, error) { return s.Addr.MarshalText() }

func (s *Server) UnmarshalText(text []byte) (err error) {
	if s.Addr, err = netip.ParseAddr(string(text)); err != nil || !isHost(string(text)) {
		return fmt.Errorf("%q is no address of a name server", text)
	}
	return nil
}

// A Host is a name, and the address that it stands for; the zero address is that of the
// machine.
type Host struct {
	Name string
	Addr netip.Addr
}

const machine = "host-gateway"

func (h Host) MarshalText() ([]byte, error) {
	if !h.Addr.IsValid() {
		return []byte(h.Name + ":" + machine), nil
	}
	return []byte(h.Name + ":" + h.Addr.String()), nil
}

func (h *Host) UnmarshalText(text []byte) (err error) {
	name, addr, _ := strings.Cut(strings.Replace(string(text), "=", ":", 1), ":")
	if !isHost(name) {
		return fmt.Errorf("%q is no host: write NAME:ADDRESS", text)
	}
	*h = Host{Name: name}
	if addr == machine {
		return nil
	}
	addr = strings.TrimSuffix(strings.TrimPrefix(addr, "["), "]")
	if h.Addr, err = netip.ParseAddr(addr); err != nil || h.Addr.Zone() != "" {
		return fmt.Errorf("%q is no host: write NAME:ADDRESS, or NAME:%s", text, machine)
	}
	return nil
}

// isHost reports whether a name can stand in hosts(5).
func isHost(name string) bool { return name != "" && !strings.ContainsAny(name, " \t\n\r\v\f\x00#") }

func (c *Run) hostname() string {
	if c.Uts == shared {
		name, _ := os.Hostname()
		return name
	}
	return cmp.Or(c.Hostname, "ctr")
}

// checkHostname wants a name that is one line of a file.
func (c *Run) checkHostname() error {
	if strings.ContainsFunc(c.Hostname, unicode.IsControl) {
		return fmt.Errorf("set host name %q: it has control characters", c.Hostname)
	}
	return nil
}

// names are the files by which programs find themselves and others, line by line.
func (c *Run) names() ([]root.File, error) {
	hosts, err := c.hosts()
	if err != nil {
		return nil, err
	}
	resolv, err := c.resolv()
	files := []root.File{{Target: "/etc/hostname", Text: c.hostname()}}
	for line := range strings.Lines(hosts) {
		files = append(files, root.File{Target: "/etc/hosts", Text: strings.TrimSuffix(line, "\n")})
	}
	for line := range strings.Lines(resolv) {
		files = append(files, root.File{Target: resolvConf, Text: strings.TrimSuffix(line, "\n")})
	}
	return files, err
}

// hosts is the text of hosts(5). Where the container has no address of its own, its name
// leads to itself.
func (c *Run) hosts() (string, error) {
	text := "127.0.0.1 localhost\n::1 localhost\n"
	if c.kind() == shared {
		if found, err := os.ReadFile("/etc/hosts"); err == nil {
			text = strings.TrimRight(string(found), "\n") + "\n"
		}
	}
	own := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 1, 1})}
	var gateway netip.Addr
	if c.link != nil {
		own = nil
		for _, a := range c.link.Addr {
			own = append(own, a.Addr())
		}
		for _, g := range c.link.Gateways() {
			gateway = cmp.Or(gateway, g.Addr())
		}
	}
	for _, addr := range own {
		if isHost(c.hostname()) {
			text += fmt.Sprintf("%s %s\n", addr, c.hostname())
		}
	}
	for _, h := range c.AddHost {
		addr := cmp.Or(h.Addr, gateway)
		if !addr.IsValid() {
			return "", fmt.Errorf("add host %s: there is no bridge, and so no address of the machine", h.Name)
		}
		text += fmt.Sprintf("%s %s\n", addr, h.Name)
	}
	return text, nil
}

// The machine's resolv.conf(5). Where it names a server of its own, systemd-resolved
// keeps another one, with the servers that that one asks.
const (
	resolvConf = "/etc/resolv.conf"
	uplinkConf = "/run/systemd/resolve/resolv.conf"
)

// resolv is the text of resolv.conf(5), or "" for what the image has.
func (c *Run) resolv() (text string, err error) {
	c.nameless = false
	for _, server := range c.DNS {
		text += fmt.Sprintf("nameserver %s\n", server)
	}
	if text != "" || c.kind() == none {
		return text, nil
	}
	found, err := os.ReadFile(resolvConf)
	if os.IsNotExist(err) {
		return "", nil
	}
	if err != nil || c.kind() != bridged {
		return string(found), err
	}
	text, far := reachable(string(found))
	if uplink, err := os.ReadFile(uplinkConf); err == nil && !far {
		text, far = reachable(string(uplink))
	}
	c.nameless = !far
	return text, nil
}

// reachable is a resolv.conf(5) without the servers that only the machine itself
// reaches, and whether there are others.
func reachable(conf string) (text string, far bool) {
	for line := range strings.Lines(conf) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "nameserver" {
			addr, err := netip.ParseAddr(fields[1])
			if err != nil || addr.IsLoopback() || addr.IsUnspecified() || addr.Zone() != "" {
				continue
			}
			far = true
		}
		text += line
	}
	return text, far
}
