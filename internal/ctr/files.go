package ctr

import (
	"cmp"
	"errors"
	"fmt"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/root"
	"ctrkit/internal/ufs"
)

// Files are the files of a container, as docker run has them.
type Files struct {
	Rootfs   string       `placeholder:"DIR" help:"Root file system, copy-on-write. Without it, it is the machine's own files."`
	Layer    []string     `sep:"none" aliases:"lower" placeholder:"DIR" help:"Layer of a root file system, instead of --rootfs. The first one given is the topmost."`
	Archive  string       `placeholder:"FILE" help:"Archive of a root file system, instead of --rootfs, as docker export writes it. It is unpacked once, into a cache."`
	Upper    string       `placeholder:"DIR" help:"Keep what is written to --rootfs, --layer or --archive in DIR, and go on from what is there. DIR.work is made beside it."`
	Size     argv.Size    `placeholder:"SIZE" help:"Room for what is written (512M). It is in memory, and gone with the container."`
	Volume   []root.Bind  `short:"v" sep:"none" placeholder:"SRC:DST[:ro]" help:"Show SRC of the machine as DST, with what is mounted below it. Repeatable. Further options are those of root-pivot --bind."`
	Tmpfs    []root.Tmpfs `sep:"none" placeholder:"DST[:size=SIZE]" help:"Mount an empty directory in memory; also mode=MODE, exec. Repeatable."`
	ShmSize  argv.Size    `placeholder:"SIZE" help:"Room in /dev/shm, the memory that programs share by name (64M)."`
	ReadOnly bool         `help:"Make the root read-only, but nothing that is mounted in it."`
	Workdir  string       `short:"w" placeholder:"DIR" help:"Directory that PROG starts in (/). It is made if it is missing."`

	unpacked string // the directory of the archive
}

// scratch is the room for changes: a limit, so that a container cannot fill the
// machine's memory.
const scratch argv.Size = 512 << 20

// tree is the step that unites the layers at a directory. Device nodes in them work only
// if it is to be open.
func (f *Files) tree(at string, open bool) *ufs.Mount {
	tree := &ufs.Mount{Lower: f.Layer, Root: at, Devices: open}
	switch {
	case f.Rootfs != "":
		tree.Lower = []string{f.Rootfs}
	case f.Archive != "":
		tree.Lower = []string{f.unpacked}
	case len(f.Layer) == 0:
		tree.Machine = true
	}
	if f.Upper == "" {
		tree.Scratch = cmp.Or(f.Size, scratch)
	} else {
		tree.Upper, tree.Work = f.Upper, f.Upper+".work"
	}
	return tree
}

// pivot is the step that makes the tree the root, and furnishes it. What the kernel shows
// of the machine is hidden and locked, unless it is to be open.
func (f *Files) pivot(at string, open bool) *root.Pivot {
	pivot := &root.Pivot{
		Proc: true, Sys: true, Dev: true, Root: at, NoDefaultMasks: open, WritableSys: open,
		Tmpfs: f.Tmpfs, Readonly: f.ReadOnly, Wd: f.Workdir, ShmSize: f.ShmSize,
	}
	for _, volume := range f.Volume {
		volume.Recursive = true
		volume.Devices = volume.Devices || open
		pivot.Bind = append(pivot.Bind, volume)
	}
	return pivot
}

// own reports whether the files are others than the machine's.
func (f *Files) own() bool { return f.Rootfs != "" || len(f.Layer) > 0 || f.Archive != "" }

// check wants files from one place, and changes in one.
func (f *Files) check() error {
	switch {
	case f.Upper != "" && !f.own():
		return &chain.Hinted{
			Err:  fmt.Errorf("keep what is written in %s: there is no layer below it", f.Upper),
			Hint: "add --rootfs DIR, --layer DIR or --archive FILE; of the machine's own files no changes can be kept",
		}
	case f.Rootfs != "" && (len(f.Layer) > 0 || f.Archive != ""):
		return errors.New("unite layers: --rootfs is the only layer, so --layer and --archive have no place beside it")
	case f.Archive != "" && len(f.Layer) > 0:
		return errors.New("unite layers: --archive is the only layer, so --layer has no place beside it")
	case f.Upper != "" && f.Size > 0:
		return fmt.Errorf("limit what is written to %s: --size is for changes in memory", f.Upper)
	}
	return nil
}
