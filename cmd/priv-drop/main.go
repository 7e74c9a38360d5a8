// Priv-drop gives up capabilities, system calls, users and future privileges, then becomes a program.
//
// What is not asked for is the safe choice: eleven capabilities, no new privileges, an
// allow-list of system calls, no supplementary groups, and no open files but the first three.
//
//	$ priv-drop -- grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status
//	CapEff:	00000000800405fb
//	NoNewPrivs:	1
//	Seccomp:	2
//
//	$ priv-drop --caps none --user 1000:1000 --rlimit nofile=64 -- sh -c 'ulimit -n; unshare --user; id -u'
//	64
//	unshare: unshare failed: Operation not permitted
//	1000
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/priv"
)

//go:embed main.go
var page string

func main() { cli.Main(&priv.Drop{}, page) }
