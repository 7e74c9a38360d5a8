// Ctr-run composes limits, namespaces, a copy-on-write tree, a new root and few privileges into a container.
//
// The container has its own mounts, host name, IPC, network, processes and view
// of control groups. Its files are the machine's own, without those of its users
// (/root, /home, /run and /tmp are empty), or those of a root file system; what is
// written to them is gone when the container has ended. Its root has few of root's
// privileges, and cannot get more. PROG starts in / with the environment that ctr-run
// was given. Without PROG it is /bin/sh.
//
//	$ ctr-run -- sh -c 'hostname; echo I am $$; rm -rf /usr/bin; ls /usr/bin'
//	ctr
//	I am 1
//	sh: 1: ls: not found
//	? 127
//
//	$ ctr-run --print -- sh
//	cg-limit --pids 2048 -- \
//	  ns-unshare --all --hostname ctr '--sysctl=net.ipv4.ping_group_range=0 2147483647' -- \
//	  ufs-mount --machine --scratch 512M /mnt -- \
//	  root-pivot --proc --sys --dev /mnt -- \
//	  priv-drop -- \
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
