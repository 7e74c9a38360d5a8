// Ufs-apply unpacks a layer archive onto a directory, whiteouts included.
//
// All archives are unpacked in a corner of DIR first, and become part of it by renaming
// when they are known to be good. So an archive that is refused, a full disk or a signal
// changes nothing. Half changed is DIR only if ufs-apply is killed in the moment of
// renaming, or meets something in DIR that even root may not remove, such as a mount.
// With --layers each archive gets a directory of its own, which overlayfs takes as a
// lower layer.
//
// Refused are: names that are absolute or have .. in them, names and hard links that
// lead through a symbolic link, device nodes unless --devices is given, device 0/0,
// attributes of overlayfs, members larger or more than the file system has room for,
// names deeper than 400 directories, and zstd windows of more than 32 MiB. Names of
// members that begin with .wh. are whiteouts, and nothing but empty files.
//
// Root gives files the owners that the archive says. For an ordinary user, and in a user
// namespace that lacks an id, they are kept in an attribute, and set-user-ID bits with
// them. Nobody but podman, fuse-overlayfs and ufs-diff looks at it. Of other things than
// files and directories the owner is lost then. A line says how many there were.
//
//	$ mkdir -p layer; echo new >layer/file; : >layer/.wh.old; tar -C layer -cf layer.tar .
//	$ mkdir root; echo old >root/old; ufs-apply --onto root layer.tar; ls root
//	file
//
//	$ ufs-apply --layers --onto layers layer.tar layer.tar
//	--lower=layers/2
//	--lower=layers/1
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/ufs/pack"
)

//go:embed main.go
var page string

func main() { cli.Main(&pack.Apply{}, page) }
