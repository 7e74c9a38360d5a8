// Ns-enter joins the namespaces of a running process, then becomes a program.
//
// It does what nsenter(1) does. The program is looked up inside. It has the host
// name, mounts, network and processes of the target as far as they are asked
// for, and ends with us. Without PROG it becomes /bin/sh.
//
//	$ ns-unshare --hold=box.pid --hold-for $$ --uts --hostname box --pid --mount-proc >state
//	$ ns-enter --target box.pid --all -- sh -c 'hostname; echo I am $$'
//	box
//	I am 2
//
//	$ ns-enter --target box.pid --uts -- hostname
//	box
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/ns"
)

//go:embed main.go
var page string

func main() { cli.Main(&ns.Enter{}, page) }
