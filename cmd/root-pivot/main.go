// Root-pivot swaps the root directory for another, then becomes a program.
//
// The program is looked up in the new root, and finds nothing of the old one.
// Every process of a mount namespace is moved to the new root, so a mount
// namespace of one's own is wanted first. Without PROG it becomes /bin/sh.
//
//	$ mkdir -p rootfs/bin; cp "$(command -v busybox)" rootfs/bin/sh
//	$ ns-unshare --mount -- root-pivot rootfs -- sh -c 'echo *'
//	bin
//
//	$ ns-unshare --pid --mount -- root-pivot --proc --dev rootfs -- sh -c 'echo *; echo /dev/*'
//	bin dev proc
//	/dev/fd /dev/full /dev/mqueue /dev/null /dev/ptmx /dev/pts /dev/random /dev/shm /dev/stderr /dev/stdin /dev/stdout /dev/tty /dev/urandom /dev/zero
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/root"
)

//go:embed main.go
var page string

func main() { cli.Main(&root.Pivot{}, page) }
