// Ns-unshare gives a program new namespaces of its own, then becomes it.
//
// It does what unshare(1) does, and a little more so that the program finds a
// usable world: mounts are private before anything is mounted, lo is up in a new
// network namespace, and a program in a new pid namespace dies with us. Without
// PROG it becomes $SHELL.
//
//	$ ns-unshare --uts --hostname box -- hostname
//	box
//
//	$ ns-unshare --pid --mount-proc -- sh -c 'echo I am $$; ps -e -o pid,args'
//	I am 1
//	    PID COMMAND
//	      1 sh -c echo I am $$; ps -e -o pid,args
//	      2 ps -e -o pid,args
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/ns"
)

//go:embed main.go
var page string

func main() { cli.Main(&ns.Unshare{}, page) }
