package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// amount is what is sent in a throughput run.
const amount = 1 << 30

// A client and a server of our own, so that the network is measured and not a program that copies in small pieces: the
// bench starts itself with one of two options.
var (
	serveAt   = flag.String("serve", "", "be a server at this address, and do nothing else")
	fetchFrom = flag.String("fetch", "", "be a client of that server, and do nothing else")
)

// asked does what this program was started for, if that is not to be the bench.
func asked() (done bool, err error) {
	switch {
	case *serveAt != "":
		return true, serve(*serveAt)
	case *fetchFrom != "":
		return true, fetch(*fetchFrom)
	}
	return false, nil
}

// serve sends the amount to whoever connects, until it is killed.
func serve(addr string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			piece := make([]byte, 1<<18)
			for sent := 0; sent < amount; sent += len(piece) {
				if _, err := conn.Write(piece); err != nil {
					return
				}
			}
		}()
	}
}

// fetch receives the amount.
func fetch(addr string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{conn}, make([]byte, 1<<18))
	if err == nil && n != amount {
		err = fmt.Errorf("%d bytes came, and not %d", n, amount)
	}
	return err
}

// cables are the commands that connect the box and the one outside, whose pids are put in.
const cables = `ip link set lo up
sysctl --quiet net.ipv4.ip_forward=1
ip link add bench0 type bridge
ip address add 10.88.0.1/24 dev bench0
ip link set bench0 up
ip link add box0 type veth peer name eth0 netns %[1]d
ip link set box0 master bench0 up
nsenter --net --target %[1]d ip link set eth0 up
nsenter --net --target %[1]d ip address add 10.88.0.5/24 dev eth0
nsenter --net --target %[1]d ip address add 10.88.0.7/24 dev eth0
nsenter --net --target %[1]d ip route add default via 10.88.0.1
ip link add out0 type veth peer name eth0 netns %[2]d
ip address add 192.0.2.1/24 dev out0
ip link set out0 up
nsenter --net --target %[2]d ip link set eth0 up
nsenter --net --target %[2]d ip address add 192.0.2.2/24 dev eth0
nsenter --net --target %[2]d ip route add default via 192.0.2.1
`

// network is a bridge with a box on it, in which our server runs, and somebody outside. Made once, it dies with us.
func (p *place) network() error {
	if p.outside != "" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	box, err := background(true, self, "-serve", ":80")
	if err != nil {
		return err
	}
	out, err := background(true, "sleep", "100000")
	if err != nil {
		return err
	}
	p.outside = strconv.Itoa(out)
	for line := range strings.Lines(fmt.Sprintf(cables, box, out)) {
		words := strings.Fields(line)
		if text, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.TrimSpace(line), err, text)
		}
	}
	_, err = background(false, "nat-publish", "--bridge", "bench0", "--to", "10.88.0.5", "--publish", "8080:80", "--", "sleep", "100000")
	return err
}

// background starts a program that dies with us, in a network namespace of its own if it is to have one.
func background(alone bool, argv ...string) (pid int, err error) {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return 0, errors.New("not installed")
	}
	cmd := &exec.Cmd{Path: path, Args: argv, Stderr: os.Stderr, SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}}
	if alone {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWNET
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	return cmd.Process.Pid, nil
}

// fetching is the command line of a client, here or outside.
func fetching(outside bool, addr string) func(*place, ...string) ([]string, error) {
	return func(p *place, _ ...string) ([]string, error) {
		if err := p.network(); err != nil {
			return nil, err
		}
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		argv := []string{self, "-fetch", addr}
		if outside {
			argv = append([]string{"nsenter", "--net", "--target", p.outside}, argv...)
		}
		return argv, nil
	}
}
