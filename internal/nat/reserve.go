package nat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// reserve records that each port is taken, so that no other program can have it.
func (p *Publish) reserve(r *recipe.Recipe) {
	//doc:reserve
	// A port that is translated is free to others, who would then listen in vain. A
	// socket of ours takes it. It hears only what is sent to an address of loopback,
	// which the kernel does not translate, and passes that on.
	for _, m := range p.mappings() {
		r.Outside(m.take())
	}
}

// take is the work of taking a port.
func (m mapping) take() recipe.Outside {
	var socket io.Closer
	return recipe.Outside{
		Name: "take port", Object: m.String(), Same: m.socat(),
		Do:   func(int) (err error) { socket, err = m.open(); return err },
		Undo: func() error { return closed(socket) },
	}
}

// closed closes a socket, if it was opened.
func closed(socket io.Closer) error {
	if socket == nil {
		return nil
	}
	return socket.Close()
}

// socat is the command that does what our socket does.
func (m mapping) socat() string {
	return fmt.Sprintf("socat %s%s-listen:%d,bind=%s,fork %s%s:%s", m.proto, m.family(), m.host.Port(), bracketed(m), m.proto, m.family(), m.to)
}

func bracketed(m mapping) string {
	if addr := m.host.Addr(); addr.Is6() {
		return "[" + addr.String() + "]"
	}
	return m.host.Addr().String()
}

// open opens the socket, and begins to pass on.
func (m mapping) open() (io.Closer, error) {
	if m.proto == "udp" {
		conn, err := (&net.ListenConfig{Control: tellAddress}).ListenPacket(context.Background(), "udp"+m.family(), m.host.String())
		if err != nil {
			return nil, m.refused(err)
		}
		go passDatagrams(conn.(*net.UDPConn), m.to)
		return conn, nil
	}
	var config net.ListenConfig
	// The kernel passes bytes from one plain connection to another without our help.
	config.SetMultipathTCP(false)
	listener, err := config.Listen(context.Background(), "tcp"+m.family(), m.host.String())
	if err != nil {
		return nil, m.refused(err)
	}
	go passConnections(listener, m.to)
	return listener, nil
}

// tellAddress asks the kernel to tell of each datagram which address it was sent to,
// for the answer must come from there.
func tellAddress(network, _ string, socket syscall.RawConn) (err error) {
	level, option := unix.IPPROTO_IP, unix.IP_PKTINFO
	if network == "udp6" {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
	}
	if e := socket.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, 1) }); e != nil {
		return e
	}
	return err
}

// refused strips an error of the library's words, and adds the remedy.
func (m mapping) refused(err error) error {
	var errno unix.Errno
	if !errors.As(err, &errno) {
		return err
	}
	hint := ""
	switch errno {
	case unix.EADDRINUSE:
		hint = fmt.Sprintf("ss --listening --processes --%s 'sport = %d' shows who has it", m.proto, m.host.Port())
	case unix.EADDRNOTAVAIL:
		hint = "no link of this machine has that address: ip address lists those that there are"
	case unix.EACCES:
		hint = "low ports take root: net.ipv4.ip_unprivileged_port_start says which are low"
	case unix.EAFNOSUPPORT:
		hint = "IPv6 is switched off in this kernel"
	default:
		return errno
	}
	return &chain.Hinted{Err: errno, Hint: hint}
}
