// Cg-limit puts a program under resource limits and accounts for what it used.
//
// The program runs in a control group of its own, which is removed when it has
// ended. A limit that the kernel or its hierarchies cannot give is an error, and
// never left out. With --pid, or with the state of a container on standard input, a
// process that runs already is limited instead. With --name the group stays.
//
//	$ cg-limit --pids 1 -- sh -c 'sleep 1 & wait'
//	sh: 0: Cannot fork
//	? 2
//
//	$ cg-limit --memory 32M -- dd if=/dev/zero of=/dev/null bs=60M count=1
//	cg-limit: hint: the memory of the group was used up, and the OOM killer killed 1 of its processes
//	? 137
package main

import (
	_ "embed"

	"ctrkit/internal/cgroup"
	"ctrkit/internal/cli"
)

//go:embed main.go
var page string

func main() { cli.Main(&cgroup.Limit{}, page) }
