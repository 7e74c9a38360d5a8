package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// The bridges are in a network namespace of the bench's own: one that is empty, and one with a crowd on it.
const (
	gateway = "10.88.0.1"
	sink    = gateway + ":5555"
	crowd   = 500
)

// networks makes the bridges, a namespace by classic means, and somebody who takes in all that is sent. Without ip(8) the
// peers that want them are named in the report.
func (p *place) networks() error {
	if _, err := exec.LookPath("ip"); err != nil {
		return nil
	}
	var plain, many strings.Builder
	fmt.Fprintf(&plain, "link set lo up\nlink add bench0 type bridge\naddress add %s/16 dev bench0\nlink set bench0 up\n", gateway)
	fmt.Fprintf(&plain, "link add bench500 type bridge\naddress add 10.89.0.1/16 dev bench500\nlink set bench500 up\n")
	for i := range crowd {
		fmt.Fprintf(&many, "link add v0a59%04x up master bench500 type veth peer name eth%d netns crowd\n", i+2, i)
	}
	fmt.Fprintln(&many, "link add classic up master bench0 type veth peer name eth0 netns classic")
	for name, text := range map[string]string{
		"plain": plain.String(), "many": many.String(),
		"host":   "link add hand numtxqueues 1 numrxqueues 1 up master bench0 type veth peer name eth0 numtxqueues 1 numrxqueues 1 netns hand\n",
		"inside": "link set lo up\naddress add 10.88.7.7/16 brd + dev eth0\nlink set eth0 up\nroute add default via " + gateway + "\n",
	} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, line := range []string{
		"ip -batch DIR/plain", "ip netns add crowd", "ip netns add classic", "ip -batch DIR/many", "ip -netns classic -batch DIR/inside",
	} {
		if _, err := p.once(strings.Fields(strings.ReplaceAll(line, "DIR", dir)), p.null); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	taker := exec.Command(p.self, "-sink", sink)
	taker.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return taker.Start()
}

// unplugged makes two namespaces without a cable, when those of an earlier run are gone.
func (p *place) unplugged() error {
	for _, name := range []string{"hand", "ours"} {
		exec.Command("ip", "netns", "delete", name).Run()
		if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
			return fmt.Errorf("make a namespace: %s", out)
		}
	}
	for range 1000 {
		out, err := exec.Command("ip", "-brief", "link", "show", "master", "bench0").Output()
		if err == nil && strings.Count(string(out), "\n") == 1 {
			return nil // the classic one
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("cables stay")
}

// takeIn reads whatever anybody sends.
func takeIn(address string) error {
	listener, err := net.Listen("tcp", address)
	for err == nil {
		var c net.Conn
		if c, err = listener.Accept(); err == nil {
			go func() { io.Copy(io.Discard, c); c.Close() }()
		}
	}
	return err
}

// send sends a GiB, and waits until it has been taken in.
func send(address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	block := make([]byte, 1<<20)
	for range 1 << 10 {
		if _, err := c.Write(block); err != nil {
			return err
		}
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	_, err = c.Read(block)
	if err == io.EOF {
		err = nil
	}
	return err
}
