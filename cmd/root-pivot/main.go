// Root-pivot swaps the root directory for another and fits it with /proc, /dev, /sys and more, then becomes a program.
//
// The program is looked up in the new root, and finds nothing of the old one.
// Every process of a mount namespace is moved to the new root, so a mount
// namespace of one's own is wanted first. Without PROG it becomes /bin/sh.
//
// What comes from the old root is taken hold of before the pivot, and gets its
// place when the old root is gone. So a symbolic link in the new root, wherever
// it points, leads to a place in the new root; one that leads by way of /proc to
// an open file, or to a place in /proc to mount on, is refused. Where a mount
// point is missing it is made: a directory, or an empty file. If the new root is
// read-only already, it must be there.
//
// A bind is SRC:DST or SRC:DST:OPTIONS, and a directory in memory DST or
// DST:OPTIONS. A colon in a name is written \:, and a backslash before a colon or
// another backslash is doubled; with DST=TEXT the same goes for an equals sign in
// DST. A bind leaves behind what is mounted below SRC, unless it has the option
// rec; with ro that is read-only as well, which takes Linux 5.12. With
// idmap=INNER:OUTER:COUNT, which only root of the machine may ask for, what
// belongs to INNER on the disk seems to belong to OUTER. Where DST is a symbolic
// link, a bind and a directory in memory go where it leads, and a file takes its
// place.
//
// With --proc or --sys, some of what they tell of the machine is masked, and the
// kernel's settings are read-only: what Docker hides, and /sys/fs/selinux. A mask
// is a null device over a file, and an empty directory over a directory. A path of
// --mask need not be there, one of --readonly-path must. Without privileges, in a
// user namespace too, nobody can take them away.
//
// With --dev there are the devices null, zero, full, random, urandom and tty; a
// console, if standard input is a terminal; ptmx and pts, shm, mqueue, and the
// links fd, stdin, stdout and stderr. In a user namespace, which can make no
// devices, they are those of the old root. There, --proc wants a pid namespace of
// one's own, --sys a network namespace, and --dev an IPC namespace.
//
//	$ mkdir -p rootfs/bin; cp "$(command -v busybox)" rootfs/bin/sh
//	$ ns-unshare --mount -- root-pivot rootfs -- sh -c 'echo *'
//	bin
//
//	$ ns-unshare --pid --mount -- root-pivot --proc --dev rootfs -- sh -c 'echo *; echo /dev/*'
//	bin dev proc
//	/dev/fd /dev/full /dev/mqueue /dev/null /dev/ptmx /dev/pts /dev/random /dev/shm /dev/stderr /dev/stdin /dev/stdout /dev/tty /dev/urandom /dev/zero
//
//	$ mkdir -p data; echo shared > data/file
//	$ ns-unshare --mount -- root-pivot --bind data:/srv:ro --file /etc/motd=hello --tmp --readonly rootfs -- sh -c 'read a < /srv/file; read b < /etc/motd; echo $a $b; > /tmp/x; (> /srv/x) || true'
//	shared hello
//	sh: can't create /srv/x: Read-only file system
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/root"
)

//go:embed main.go
var page string

func main() { cli.Main(&root.Pivot{}, page) }
