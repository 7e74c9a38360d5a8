// Cg-stat shows what a control group's processes use, once or live.
//
// The group is named as cg-limit --name named it, by the pid of a process in it, or
// by a path. A figure is - where this kernel does not count it, and a limit where
// there is none.
//
//	$ cg-limit --memory 64M --pids 20 -- sh -c 'cg-stat $$ | grep -E "^(memory|pids)"'
//	memory         now ... peak ... max 64.0 MiB ... high -
//	pids           now ... peak ... max 20 ... refused 0
//
//	$ cg-limit --pids 20 -- sh -c 'cg-stat --json $$'
//	{"group":"process ...","memory":{...},"cpu":{...},"io":{...},"pids":{...,"max":20,"refused":0},"pressure":{...}}
package main

import (
	_ "embed"

	"ctrkit/internal/cgroup"
	"ctrkit/internal/cli"
)

//go:embed main.go
var page string

func main() { cli.Main(&cgroup.Stat{}, page) }
