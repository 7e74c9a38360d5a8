// Nat-publish lets traffic out of a bridge and published ports in, while a program
// runs.
//
// What leaves the private network gets the address of the machine. A published port
// is reached from outside, from the machine's own addresses, and from the private
// network itself; on an address that is given, by that one only. Who has a route to
// the target reaches no more than that. The rules are in a table of our own, and end
// with us, however that is.
//
// No packet with an address of loopback, 127.0.0.1 or ::1, can leave a machine. A port
// there is a socket of ours that passes on what it hears, and the target sees the
// bridge as its client.
//
//	$ sysctl --quiet net.ipv4.ip_forward=1
//
//	$ nat-publish --bridge ctr0 --subnet 10.88.0.0/24 -- sh -c 'nft list ruleset | grep masquerade'
//			ip saddr 10.88.0.0/24 oifname != "ctr0" oifname != "lo" masquerade
//
//	$ nat-publish --bridge ctr0 --subnet 10.88.0.0/24 --to 10.88.0.5 -p 8080:80 -- sh -c 'nft list ruleset | grep 8080; busybox nc -l -p 8080'
//			elements = { 8080 : 10.88.0.5 . 80 }
//	nc: bind: Address already in use
//	? 1
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/nat"
)

//go:embed main.go
var page string

func main() { cli.Main(&nat.Publish{}, page) }
