package veth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// An inside is the network namespace that a cable leads into. Unless it was named,
// it is that of the process that the recipe is about.
type inside struct {
	called string // as the user named it
	ns     netns.NsHandle
	wire   *wire // a conversation about what is in there
}

// runNetns is where ip-netns(8) keeps namespaces that have names.
const runNetns = "/run/netns"

// file is the file that stands for a namespace which is named by a pid, a name of
// ip-netns(8), or a path.
func file(name string) string {
	switch {
	case isPid(name):
		return "/proc/" + name + "/ns/net"
	case strings.Contains(name, "/"):
		return name
	}
	return filepath.Join(runNetns, name)
}

func isPid(name string) bool { return name != "" && strings.Trim(name, "0123456789") == "" }

// named opens a namespace and talks to it. In a dry run it may be out of reach.
func named(name string, dry bool) (*inside, error) {
	in := &inside{called: name}
	if isPid(name) {
		if err := chain.OwnProc(); err != nil {
			return nil, err
		}
	}
	err := in.open()
	if err == nil {
		err = in.enter()
	}
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		if dry {
			return in, nil
		}
		return nil, &chain.Hinted{Err: err, Hint: noPrivilege}
	}
	return in, err
}

// open opens the file. A pipe in its place must not keep us.
func (in *inside) open() error {
	fd, err := unix.Open(file(in.called), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	switch {
	case err != nil && isPid(in.called) && (err == unix.ENOENT || err == unix.ESRCH):
		return &chain.Hinted{
			Err:  fmt.Errorf("plug into process %s: %w", in.called, unix.ESRCH),
			Hint: "it has ended, or its pid belongs to another pid namespace",
		}
	case err == unix.ENOENT:
		return &chain.Hinted{
			Err:  fmt.Errorf("plug into namespace %s: %w", in.called, err),
			Hint: "a namespace is named by a pid, as ip netns names it, or by the path of a file that keeps it",
		}
	case err != nil:
		return fmt.Errorf("plug into namespace %s: %w", in.called, err)
	}
	in.ns = netns.NsHandle(fd)
	const nsGetNstype = 0xb703 // ioctl_nsfs(2)
	if kind, err := unix.IoctlRetInt(fd, nsGetNstype); err != nil || kind != unix.CLONE_NEWNET {
		return &chain.Hinted{
			Err:  fmt.Errorf("plug into namespace %s: it is no network namespace", in.called),
			Hint: "one that was kept is gone after a restart of the machine; its file stays, and keeps nothing",
		}
	}
	return nil
}

// enter opens a socket in the namespace. A thread that made a socket elsewhere
// can go home again, and the socket stays.
func (in *inside) enter() error {
	home, err := netns.Get()
	if err != nil {
		return fmt.Errorf("look up our own network namespace: %w", err)
	}
	defer home.Close()
	//doc:enter
	// Who has no privileges over our own namespace could not come home again.
	for _, ns := range []netns.NsHandle{home, in.ns} {
		if err := netns.Set(ns); err != nil {
			return fmt.Errorf("enter namespace %s: %w", in.called, err)
		}
	}
	in.wire, err = openWire()
	if e := netns.Set(home); e != nil {
		panic("veth: the way back to our network namespace is closed: " + e.Error())
	}
	return err
}

// meet begins the conversation, if that has not been done. If the process is our own,
// it is inside by now.
func (in *inside) meet(pid int) (err error) {
	if in.wire != nil {
		return nil
	}
	if pid == os.Getpid() {
		in.wire, err = openWire()
		return err
	}
	other, err := named(strconv.Itoa(pid), false)
	if err == nil {
		*in = *other
	}
	return err
}

// peer is where the kernel is to put the other end of a cable. A namespace belongs to a
// thread, and this is the one that has left the old one.
func (in *inside) peer() *nl.RtAttr {
	if in.ns > 0 {
		return nl.NewRtAttr(unix.IFLA_NET_NS_FD, binary.NativeEndian.AppendUint32(nil, uint32(in.ns)))
	}
	return nl.NewRtAttr(unix.IFLA_NET_NS_PID, binary.NativeEndian.AppendUint32(nil, uint32(unix.Gettid())))
}

// same is how ip-link(8) calls it.
func (in *inside) same() string {
	if in.called == "" {
		return "$PID"
	}
	if strings.Contains(in.called, "/") {
		return "netns-of-" + filepath.Base(in.called)
	}
	return in.called
}

// freeName is the first name of a kind that no link in there has yet.
func (in *inside) freeName(prefix string) string {
	for i := 0; in.wire != nil; i++ {
		if name := prefix + strconv.Itoa(i); !in.wire.taken(name) {
			return name
		}
	}
	return prefix + "0"
}

// within is a command of ip(8) or tc(8), as one would type it to work in there. A
// program that is already inside types it as it is.
func (in *inside) within(command string) string {
	switch {
	case in.called == "" || command == "":
		return command
	case strings.Contains(in.called, "/") || isPid(in.called):
		return "nsenter --net=" + file(in.called) + " " + command
	}
	return "ip netns exec " + in.called + " " + command
}
