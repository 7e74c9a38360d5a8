package nat

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A client of UDP does not say when it is done. After so long a silence the kernel
// forgets a connection too.
const silence = 2 * time.Minute

// Clients have a socket each, by which the answers are known. So many there may be at
// a time; datagrams of others are lost, as datagrams may be.
const mostClients = 256

// A switchboard knows the clients of a port.
type switchboard struct {
	port    *net.UDPConn
	to      netip.AddrPort
	mu      sync.Mutex
	clients map[client]*net.UDPConn
}

// A client is an address, and what the kernel says about a datagram from there: by
// which link it came, and to which of our addresses. Sent back with an answer, that
// makes the answer come from the address that was asked.
type client struct {
	addr  netip.AddrPort
	about string
}

// passDatagrams passes on what comes to a port, and the answers.
func passDatagrams(port *net.UDPConn, to netip.AddrPort) {
	s := &switchboard{port: port, to: to, clients: map[client]*net.UDPConn{}}
	const longest, control = 1 << 16, 128
	data, about := make([]byte, longest), make([]byte, control)
	for {
		n, m, _, addr, err := port.ReadMsgUDPAddrPort(data, about)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || !sentTo(about[:m]).IsLoopback() {
			continue // what is sent to another address was quicker than the rules
		}
		if conn := s.connection(client{addr, string(about[:m])}); conn != nil {
			conn.SetReadDeadline(time.Now().Add(silence))
			conn.Write(data[:n])
		}
	}
}

// sentTo is the address that a datagram was sent to, of what the kernel says about it:
// a struct in_pktinfo or in6_pktinfo.
func sentTo(about []byte) (addr netip.Addr) {
	messages, err := unix.ParseSocketControlMessage(about)
	if err != nil {
		return addr
	}
	const before, size4, size6 = 8, 4, 16 // in IPv4, a link and one of our addresses
	for _, m := range messages {
		switch {
		case m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_PKTINFO && len(m.Data) >= before+size4:
			addr, _ = netip.AddrFromSlice(m.Data[before : before+size4])
		case m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_PKTINFO && len(m.Data) >= size6:
			addr, _ = netip.AddrFromSlice(m.Data[:size6])
		}
	}
	return addr
}

// connection is the socket for a client, or nil if there can be none.
func (s *switchboard) connection(c client) *net.UDPConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if conn := s.clients[c]; conn != nil {
		return conn
	}
	if len(s.clients) >= mostClients {
		return nil
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.to))
	if err != nil {
		return nil
	}
	s.clients[c] = conn
	go s.answer(c, conn)
	return conn
}

// answer passes answers back until there are none for a while.
func (s *switchboard) answer(c client, conn *net.UDPConn) {
	const longest = 1 << 16
	data := make([]byte, longest)
	for {
		n, err := conn.Read(data)
		if err != nil {
			break // silence, or nobody is there
		}
		s.port.WriteMsgUDPAddrPort(data[:n], []byte(c.about), c.addr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c)
	conn.Close()
}
