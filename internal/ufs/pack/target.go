package pack

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"

	"ctrkit/internal/ufs"
)

// A target is the file that an archive is written to. It gets its name when it is
// whole; until then it has none, so whatever happens leaves nothing behind.
type target struct {
	*os.File
	name   string // "" if it has one already
	beside string // a name for the last moment
	named  bool   // it has that name already, as this file system wants a name for each file
}

// create opens a file to write an archive to. One that is there is replaced in the
// end; a pipe or a device is written to as it is.
func create(name string) (t *target, err error) {
	signal.Ignore(unix.SIGPIPE)
	if name == "-" {
		return &target{File: os.Stdout}, nil
	}
	t = &target{beside: fmt.Sprintf("%s.%d", name, os.Getpid())}
	if info, e := os.Stat(name); e == nil && !info.Mode().IsRegular() {
		t.File, err = os.OpenFile(name, os.O_WRONLY, 0)
		return t, ufs.Plainly(err)
	}
	t.name = name
	t.File, err = os.OpenFile(filepath.Dir(name), os.O_WRONLY|unix.O_TMPFILE, 0o666)
	if errors.Is(err, unix.EOPNOTSUPP) {
		t.File, err = os.OpenFile(t.beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		t.named = true
	}
	return t, ufs.Plainly(err)
}

// close gives the file its name. A link cannot replace a file, but a rename can.
func (t *target) close(whole bool) error {
	defer t.Close()
	if t.name == "" {
		return nil
	}
	if whole && !t.named {
		from := fmt.Sprintf("/proc/self/fd/%d", t.Fd())
		err := unix.Linkat(unix.AT_FDCWD, from, unix.AT_FDCWD, t.beside, unix.AT_SYMLINK_FOLLOW)
		if err != nil {
			return err
		}
		t.named = true
	}
	var err error
	if whole {
		err = unix.Rename(t.beside, t.name)
	}
	if t.named && (!whole || err != nil) {
		os.Remove(t.beside)
	}
	return err
}

// compress is where the archive goes to be compressed.
func (d *Diff) compress(to io.Writer) (io.WriteCloser, error) {
	switch {
	case d.Gzip:
		return gzip.NewWriter(to), nil
	case d.Zstd:
		return zstd.NewWriter(to, zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(4<<20))
	}
	return &plain{bufio.NewWriterSize(to, 1<<17)}, nil
}

// plain does not compress.
type plain struct{ *bufio.Writer }

func (p *plain) Close() error { return p.Flush() }

// output is standard output. That its reader is gone is an error like any other.
type output struct{ *bufio.Writer }

func newOutput(f *os.File) *output {
	signal.Ignore(unix.SIGPIPE)
	return &output{bufio.NewWriterSize(f, 1<<16)}
}

func (o *output) write(text string) error {
	_, err := o.WriteString(text)
	return ufs.Plainly(err)
}

func (o *output) flush() error { return ufs.Plainly(o.Flush()) }

// show writes a text to standard output.
func show(text string) error {
	out := newOutput(os.Stdout)
	if err := out.write(text); err != nil {
		return err
	}
	return out.flush()
}
