// Ufs-mount unites layers into one copy-on-write tree, then becomes a program.
//
// The tree at ROOT shows the files of all layers, and of two with the same name the one
// in the layer that was given first. What is written goes to the upper layer; the lower
// layers never change. The upper layer is a directory that is kept (--upper, with a second
// one to work in, --work), or a file system in memory, limited in size, which is gone with
// the tree (--scratch). Without either, nothing can be written.
//
// With PROG, the program and all its children see the tree, and nobody else: so a mount
// namespace of one's own is wanted first, and the tree ends with it. Without PROG the tree
// is mounted as by mount(8), for everybody, and stays until --unmount.
//
// Overlayfs leaves a directory in that of --work which belongs to root of whoever mounted:
// an ordinary user removes it by ns-unshare --map-root-user -- rm -r WORK.
//
// A layer that hides files of those below has whiteouts: character devices 0/0, or
// directories with the attribute trusted.overlay.opaque. In a user namespace (Linux 5.11)
// it is user.overlay.opaque, and what root of the machine has marked is not known. File
// systems in memory have such attributes since Linux 6.6. Before that, with --scratch in a
// user namespace, a directory of a lower layer cannot be removed, nor can one be made where
// one was: the program meets an input/output error. An --upper on disk knows no such limit.
//
// Up to 500 layers are united, whatever their names. Where those are too long for the
// kernel, which reads 4095 bytes of options, findmnt(8) shows the numbers that the layers
// had instead. With --branch, layers are written as for aufs: DIR=rw is the topmost, or
// missing; DIR=ro hides nothing, which is checked; DIR=ro+wh may. With --map, one unpacked
// base serves containers with different user namespaces: its files keep their owners on
// disk, INNER, and appear as those of others, OUTER; those that are not mapped appear as
// nobody's (Linux 5.19, and a file system that can do it).
//
// With --machine, the machine's own files are the lower layer. In a user namespace its root
// is made anew, as nobody there may look below what others have mounted: each directory is
// a union of its own, files beside mounts are shown as they are and cannot be changed, and
// files of users whom the namespace does not know belong to nobody and cannot be changed
// either.
//
//	$ mkdir layer tree; echo from the layer >layer/file
//	$ ns-unshare --mount -- ufs-mount --lower layer --scratch 1M tree -- sh -c 'echo changed >tree/file; cat tree/file'
//	changed
//
//	$ cat layer/file
//	from the layer
//
//	$ mkdir upper work; ufs-mount --lower layer --upper upper --work work tree; rm tree/file; ls -l upper | cut -c 1
//	t
//	c
//	$ ufs-mount --unmount tree; ls tree
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/ufs"
)

//go:embed main.go
var page string

func main() { cli.Main(&ufs.Mount{}, page) }
