package nat

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
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
	clients map[netip.AddrPort]*net.UDPConn
}

// passDatagrams passes on what comes to a port, and the answers.
func passDatagrams(port *net.UDPConn, to netip.AddrPort) {
	s := &switchboard{port: port, to: to, clients: map[netip.AddrPort]*net.UDPConn{}}
	const longest, control = 1 << 16, 128
	data, about := make([]byte, longest), make([]byte, control)
	for {
		n, m, _, client, err := port.ReadMsgUDPAddrPort(data, about)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		if conn := s.connection(client, about[:m]); conn != nil {
			conn.SetReadDeadline(time.Now().Add(silence))
			conn.Write(data[:n])
		}
	}
}

// connection is the socket for a client, or nil if there can be none.
func (s *switchboard) connection(client netip.AddrPort, about []byte) *net.UDPConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if conn := s.clients[client]; conn != nil {
		return conn
	}
	if len(s.clients) >= mostClients {
		return nil
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.to))
	if err != nil {
		return nil
	}
	s.clients[client] = conn
	// Sent back with an answer, what the kernel said about the question makes the answer
	// come from the address that was asked.
	go s.answer(client, conn, append([]byte(nil), about...))
	return conn
}

// answer passes answers back until there are none for a while.
func (s *switchboard) answer(client netip.AddrPort, conn *net.UDPConn, about []byte) {
	const longest = 1 << 16
	data := make([]byte, longest)
	for {
		n, err := conn.Read(data)
		if err != nil {
			break // silence, or nobody is there
		}
		s.port.WriteMsgUDPAddrPort(data[:n], about, client)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, client)
	conn.Close()
}
