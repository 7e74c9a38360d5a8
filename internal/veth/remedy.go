package veth

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// noPrivilege says who may change networks.
const noPrivilege = "this takes root: try sudo; without it one has a network of one's own, in the shell of " +
	"ns-unshare --map-root-user --net -- sh, and can make others in there"

// privileged adds the remedy where privileges are lacking.
func privileged(err error) error {
	if !errors.Is(err, unix.EPERM) {
		return err
	}
	hint := noPrivilege
	if os.Geteuid() == 0 {
		hint = "root here lacks CAP_NET_ADMIN over that network: it belongs to another user namespace, or we are in a container"
	}
	return &chain.Hinted{Err: err, Hint: hint}
}

// lacking adds the remedy where the kernel lacks something, or the network does.
func lacking(err error) error {
	for _, remedy := range []struct {
		errno unix.Errno
		hint  string
	}{
		{unix.ENETUNREACH, "a gateway must be in a network that the end has an address of"},
		{unix.EHOSTUNREACH, "a gateway must be in a network that the end has an address of"},
		{unix.EACCES, "IPv6 is switched off there: see net.ipv6.conf.all.disable_ipv6 in sysctl"},
		{unix.EAFNOSUPPORT, "this kernel was started without IPv6: leave the addresses of that kind out"},
		{unix.EOPNOTSUPP, "this kernel lacks it: IPv6 may be switched off, or a module is missing (bridge, veth, sch_tbf)"},
		{unix.ENOENT, "this kernel lacks the queue that limits a rate; as root, modprobe sch_tbf may load it"},
		{unix.EEXIST, "it is there already: ip route and ip address show what is"},
	} {
		if errors.Is(err, remedy.errno) {
			return &chain.Hinted{Err: err, Hint: remedy.hint}
		}
	}
	return err
}
