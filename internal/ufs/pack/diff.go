package pack

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
	"ctrkit/internal/ufs"
	"ctrkit/internal/ufs/layer"
)

// Diff lists what an upper layer changed, or writes it as a layer archive.
type Diff struct {
	Lower []string `sep:"none" placeholder:"DIR" help:"Layer below UPPER, the topmost first. With them, a path may also be replaced (R), or changed in mode, owner or time only (M). Without any, what is not known to be new (A) or deleted (D) counts as changed (C)."`
	JSON  bool     `name:"json" help:"Print it for programs, one JSON object in a line for each path."`
	Tar   string   `placeholder:"FILE" help:"Write a layer archive instead of a list; - is standard output."`
	Gzip  bool     `help:"Compress the archive by gzip."`
	Zstd  bool     `help:"Compress the archive by zstd."`
	Mtime *Time    `placeholder:"TIME" help:"Time of all members of the archive, such as @0 or 2026-01-31, so that the same files make the same archive."`
	Upper string   `arg:"" help:"Upper directory of an overlay."`
}

func (d *Diff) Name() string { return "ufs-diff" }

// Alone says that there is no program to become.
func (d *Diff) Alone() bool { return true }

func (d *Diff) Program() ([]string, chain.Root) { return nil, chain.SameRoot }

// Check wants options that go together.
func (d *Diff) Check() error {
	switch {
	case d.JSON && d.Tar != "":
		return errors.New("parse command line: --json prints a list, and --tar writes an archive instead")
	case d.Gzip && d.Zstd:
		return errors.New("parse command line: --gzip and --zstd: an archive is compressed once")
	case d.Tar == "" && (d.Gzip || d.Zstd || d.Mtime != nil):
		return &chain.Hinted{
			Err:  errors.New("parse command line: --gzip, --zstd and --mtime are for archives"),
			Hint: "add --tar FILE, or --tar - for standard output",
		}
	}
	return nil
}

// Lines records what is read, and then that it is told.
func (d *Diff) Lines(r *recipe.Recipe) error {
	for _, dir := range append([]string{d.Upper}, d.Lower...) {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("read layer %s: %w", dir, cmp.Or(ufs.Plainly(err), error(unix.ENOTDIR)))
		}
	}
	if d.Tar != "" {
		// Each file of the upper layer becomes a member, parents first. A whiteout becomes
		// an empty member .wh.NAME, an opaque directory has a member .wh..wh..opq, and a
		// further name of a file a hard link. The attributes of overlayfs itself stay here.
		r.Outside(recipe.Outside{
			Name: "archive", Object: d.Upper + " as " + d.Tar, Do: func(int) error { return d.archive() },
		})
		return nil
	}
	// An upper layer holds what was changed, as a whole file each. A deleted file is a
	// whiteout in it: a character device 0/0. A directory that is marked opaque hides the
	// one below. All else has to be compared with what lies below.
	r.Outside(recipe.Outside{Name: "list changes in", Object: d.Upper, Do: func(int) error { return d.list() }})
	return nil
}

// list prints the changes as they are found.
func (d *Diff) list() error {
	out := newOutput(os.Stdout)
	err := layer.Walk(d.Upper, d.Lower, func(c *layer.Change) error {
		switch {
		case c.Kind == layer.Same:
			return nil
		case d.JSON:
			return out.write(c.JSON())
		}
		return out.write(c.Text())
	})
	if e := out.flush(); err == nil {
		err = e
	}
	return err
}

// archive writes the changes as a layer archive.
func (d *Diff) archive() error {
	to, err := create(d.Tar)
	if err != nil {
		return err
	}
	err = d.writeTo(to)
	if e := to.close(err == nil); err == nil {
		err = e
	}
	return ufs.Plainly(err)
}

func (d *Diff) writeTo(to *target) error {
	compressed, err := d.compress(to)
	if err != nil {
		return err
	}
	a := layer.NewArchive(compressed)
	if d.Mtime != nil {
		a.Time = &d.Mtime.Time
	}
	err = layer.Walk(d.Upper, d.Lower, a.Add)
	if err == nil {
		err = a.Close()
	}
	if e := compressed.Close(); err == nil {
		err = e
	}
	if len(a.Sockets) > 0 && err == nil {
		fmt.Fprintln(os.Stderr, "ufs-diff: note: an archive has no sockets; left out:", strings.Join(a.Sockets, " "))
	}
	return err
}
