package nat

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"time"
)

// How long we wait for somebody inside to answer, and for a client to go on.
const (
	patience = 10 * time.Second
	pause    = 10 * time.Millisecond // when there are no more descriptors
)

// passConnections passes on the connections that come to a port. A client that the
// target does not answer finds its own connection closed.
func passConnections(listener net.Listener, to netip.AddrPort) {
	for {
		client, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(pause)
			continue
		}
		go passConnection(client.(*net.TCPConn), to)
	}
}

// passConnection passes on one that was made to an address of loopback. Any other was
// quicker than the rules, and is refused as it would have been before us.
func passConnection(client *net.TCPConn, to netip.AddrPort) {
	defer client.Close()
	if !client.LocalAddr().(*net.TCPAddr).IP.IsLoopback() {
		client.SetLinger(0) // a reset, and no orderly end
		return
	}
	conn, err := net.DialTimeout("tcp", to.String(), patience)
	if err != nil {
		client.SetLinger(0)
		return
	}
	defer conn.Close()
	target := conn.(*net.TCPConn)
	answered := make(chan struct{})
	go func() {
		copyStream(client, target)
		close(answered)
	}()
	copyStream(target, client)
	<-answered
}

// copyStream copies until one side has no more to say, and lets the other know. The
// bytes do not come to us: the kernel moves them, by splice(2).
func copyStream(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		from.Close()
		to.Close()
		return
	}
	to.CloseWrite()
}
