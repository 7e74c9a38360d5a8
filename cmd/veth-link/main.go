// Veth-link runs a virtual cable from a bridge (or another namespace) into a network
// namespace, then becomes a program.
//
// The network namespace is new, and ends with the last process in it. So does the
// cable; the bridge stays for others. With --pid, --netns, or the state of a
// container on standard input, the cable leads into a namespace that is there
// already, and no program is run. With --keep a new namespace gets a name, by which
// ip netns knows it too. With --pair there is no bridge. What leaves the network is
// for nat-publish, or for whoever routes here.
//
//	$ veth-link --bridge ctr0 -- sh -c 'ip route; busybox ping -c 1 10.88.0.1 | grep received'
//	default via 10.88.0.1 dev eth0
//	10.88.0.0/16 dev eth0 proto kernel scope link src 10.88.0.2
//	1 packets transmitted, 1 packets received, 0% packet loss
//
//	$ veth-link --bridge ctr0 --keep web
//	$ ip netns exec web busybox ping -c 1 10.88.0.1 | grep received
//	1 packets transmitted, 1 packets received, 0% packet loss
//	$ veth-link --forget web; umount /run/netns; ip link delete ctr0
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/veth"
)

//go:embed main.go
var page string

func main() { cli.Main(&veth.Link{}, page) }
