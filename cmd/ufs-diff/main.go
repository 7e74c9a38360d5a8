// Ufs-diff lists what an upper layer changed, or writes it as a layer archive.
//
// A path is A, added; C, changed; D, deleted; R, replaced by something of another type
// or by a new directory; or M, where only owner, mode, time or attributes changed. What
// a directory's own time is does not count. Deletions come before the rest of their
// directory. Without --lower a path is A if its directory is new, and C otherwise.
//
// The archive is that of the OCI image specification: it holds the whole upper layer,
// sorted, with numbers for owners. Holes become zeros, as the specification has none.
// Sockets are left out. A file that a mount with the options metacopy or redirect_dir
// wrote is not whole, and refused. FILE gets its name when it is complete.
//
//	$ mkdir -p lower upper/etc; echo one >lower/motd; echo two >upper/motd; mknod upper/old c 0 0; touch lower/old
//	$ ufs-diff --lower lower upper
//	D /old
//	A /etc
//	C /motd
//
//	$ ufs-diff --tar layer.tar --mtime @0 upper; tar -tf layer.tar
//	./
//	.wh.old
//	etc/
//	motd
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/ufs/pack"
)

//go:embed main.go
var page string

func main() { cli.Main(&pack.Diff{}, page) }
