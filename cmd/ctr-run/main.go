// Ctr-run composes limits, namespaces, a copy-on-write tree, a new root and few privileges into a container.
//
// The container has its own mounts, host name, IPC, network, processes and view
// of control groups. Its files are the machine's own, without those of its users
// (/root, /home, /run and /tmp are empty), or those of a root file system; what is
// written to them is gone when the container has ended. A cable leads from it into the
// bridge ctr0 of the machine, which gives it an address, lets it out, and knows the
// ports that are published. Its root has few of root's privileges, and cannot get more.
// PROG starts in /, with no variables of ours but those that --env names, and is looked up
// in the container. Without PROG it is /bin/sh.
//
// An ordinary user's container is in a user namespace, in which root is that user and, with
// the ids that /etc/subuid and /etc/subgid grant, other users are there too. It has no
// cable, and limits only where a control group is delegated. With --userns auto a container
// of root's has such a namespace as well: its root is a user without privileges outside.
//
//	$ ctr-run -- sh -c 'hostname; echo I am $$; rm -rf /usr/bin; ls /usr/bin'
//	ctr
//	I am 1
//	sh: 1: ls: not found
//	? 127
//
//	$ ctr-run --print --ip 10.88.0.9 --dns 192.0.2.53 -- sh
//	cg-limit --pids 2048 -- \
//	  nat-publish --bridge ctr0 --subnet=10.88.0.0/16 --shared -- \
//	  veth-link --bridge ctr0 --addr=10.88.0.9/16 -- \
//	  ns-unshare --mount --uts --ipc --pid --cgroup --hostname ctr '--sysctl=net.ipv4.ping_group_range=0 2147483647' -- \
//	  ufs-mount --machine --scratch 512M /mnt -- \
//	  root-pivot --proc --sys --dev --file=/etc/hostname=ctr '--file=/etc/hosts=127.0.0.1 localhost' '--file=/etc/hosts=::1 localhost' '--file=/etc/hosts=10.88.0.9 ctr' '--file=/etc/resolv.conf=nameserver 192.0.2.53' /mnt -- \
//	  priv-drop --env=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env=HOSTNAME=ctr --env=HOME=/root -- \
//	  sh
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/ctr"
)

//go:embed main.go
var page string

func main() { cli.Main(&ctr.Run{}, page) }
