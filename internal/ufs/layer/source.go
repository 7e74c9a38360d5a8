package layer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// window is how far back a zstd archive may refer, and so how much memory it can make
// us use. No writer of layers goes further; the command does with --long and --ultra.
const window = 32 << 20

// A Source is an archive that is being read.
type Source struct {
	Size int64        // of the file, 0 if it is a pipe
	Read atomic.Int64 // bytes of it so far

	ctx    context.Context
	file   *os.File
	plain  io.Reader // what is in it, uncompressed
	closes []func()
}

// Open opens an archive, or standard input for "-". How it is compressed is told by
// how it begins, and not by its name.
func Open(ctx context.Context, name string) (*Source, error) {
	s := &Source{ctx: ctx, file: os.Stdin}
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		s.file = f
		s.closes = append(s.closes, func() { f.Close() })
	}
	info, err := s.file.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = errors.New("it is a directory")
	case info.Mode().IsRegular():
		s.Size = info.Size()
	}
	if err == nil {
		err = s.uncompress(s.file)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// foreign are compressions that we do not undo, and the commands that do.
var foreign = []struct{ begins, command string }{
	{"\xfd7zXZ\x00", "xz"}, {"BZh", "bzip2"}, {"\x04\x22\x4d\x18", "lz4"}, {"LZIP", "lzip"}, {"\x1f\x9d", "gzip"},
}

// A Foreign is a compression that another command undoes.
type Foreign struct{ Command string }

func (f *Foreign) Error() string { return "compressed by " + f.Command + ", and not by gzip or zstd" }

func (s *Source) uncompress(from io.Reader) error {
	in := bufio.NewReaderSize(&counter{from, &s.Read}, 1<<17)
	begin, err := in.Peek(6)
	switch {
	case len(begin) == 0 && err == io.EOF:
		return errors.New("it is empty")
	case err != nil && err != io.EOF:
		return err
	case bytes.HasPrefix(begin, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return truncated(err)
		}
		s.readAhead(z)
		return nil
	case bytes.HasPrefix(begin, []byte{0x28, 0xb5, 0x2f, 0xfd}), isSkippable(begin):
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxWindow(window), zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true))
		if err != nil {
			return truncated(err)
		}
		s.readAhead(z)
		return nil
	}
	for _, f := range foreign {
		if bytes.HasPrefix(begin, []byte(f.begins)) {
			return &Foreign{f.command}
		}
	}
	if s.Size == 0 {
		s.readAhead(in)
	} else {
		s.plain = in
	}
	return nil
}

// isSkippable knows the frames of zstd that hold no data.
func isSkippable(begin []byte) bool {
	return len(begin) >= 4 && begin[0]&0xf0 == 0x50 && bytes.Equal(begin[1:4], []byte{0x2a, 0x4d, 0x18})
}

// readAhead lets another thread uncompress while this one unpacks.
func (s *Source) readAhead(from io.Reader) {
	a := newAhead(s.ctx, from)
	s.plain = a
	s.closes = append([]func(){func() { a.Close(s.Size > 0) }}, s.closes...)
}

// Close closes the file, and ends the goroutine that reads it.
func (s *Source) Close() {
	for _, f := range s.closes {
		f()
	}
}

// A counter counts what is read.
type counter struct {
	from io.Reader
	read *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.read.Add(int64(n))
	return n, err
}
