// Ufs-mount unites layers into one copy-on-write tree, then becomes a program.
//
// The program and all its children see the tree at ROOT. What they write there
// goes to a file system in memory, limited in size, which is gone when the last
// of them has ended. The layers never change. A mount would be seen by
// the whole machine, so a mount namespace of one's own is wanted first.
//
//	$ mkdir layer tree; echo from the layer >layer/file
//	$ ns-unshare --mount -- ufs-mount --lower layer --scratch 1M tree -- sh -c 'echo changed >tree/file; cat tree/file'
//	changed
//
//	$ cat layer/file
//	from the layer
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/ufs"
)

//go:embed main.go
var page string

func main() { cli.Main(&ufs.Mount{}, page) }
