// Cg-stat shows what a control group's processes use, once or live.
//
// The group is named as cg-limit --name has named it, by the pid of a process in it,
// or by a path. Where a machine has several hierarchies, a process is in a group of
// each, and some of these may be the one of the whole machine. A figure is "-" where
// this kernel does not count it, and a limit where there is none. --tree shows all
// groups, and which controllers each of them has: a group without the memory
// controller has no memory.max.
//
//	$ cg-stat $$
//	memory         now ...  peak ...  max ...  high ...
//	swap           now ...  max ...
//	oom            kills ...
//	cpu            time ...  user ...  system ...  max ...  weight ...
//	...
//
//	$ cg-stat --tree
//	/sys/fs/cgroup...: version ...
//	GROUP...PROCESSES  LIMITS...
//	/ ...
//	...
package main

import (
	_ "embed"

	"ctrkit/internal/cgroup"
	"ctrkit/internal/cli"
)

//go:embed main.go
var page string

func main() { cli.Main(&cgroup.Stat{}, page) }
