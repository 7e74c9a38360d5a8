package layer

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// A reader reads the members of an archive, and misses what is missing at its end.
type reader struct {
	*tar.Reader
	end     *tail
	members int
}

func newReader(from io.Reader) *reader {
	end := &tail{from: from}
	return &reader{Reader: tar.NewReader(end), end: end}
}

// ErrNotTar is said of a file that does not begin like an archive.
var ErrNotTar = errors.New("it is no tar archive")

// next is the next member; its error is io.EOF at the end of the archive, and only
// there: an archive is ended by two blocks of zeros.
func (r *reader) next() (*tar.Header, error) {
	// What the last member has left is skipped first, so that the zeros counted are
	// those of the end.
	if _, err := io.Copy(io.Discard, r.Reader); err != nil && r.members > 0 {
		return nil, truncated(err)
	}
	r.end.zeros = 0
	h, err := r.Next()
	switch {
	case err == io.EOF && r.end.zeros < 512:
		return nil, truncated(io.ErrUnexpectedEOF)
	case err == io.EOF:
		// The rest is read for the sake of the sums at the end of compressed data.
		if _, err := io.Copy(io.Discard, r.end); err != nil {
			return nil, truncated(err)
		}
		return nil, io.EOF
	case r.members == 0 && (errors.Is(err, tar.ErrHeader) || r.end.total < 512 && r.end.ended):
		return nil, ErrNotTar
	case err != nil:
		return nil, truncated(err)
	}
	r.members++
	return h, nil
}

// ErrWindow is said of an archive that would take much memory.
var ErrWindow = errors.New("its zstd window is larger than 32 MiB")

// truncated says in plain words that an archive ends too early, or what else it is.
func truncated(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return errors.New("it ends too early")
	case errors.Is(err, tar.ErrHeader):
		return errors.New("a member's header is damaged")
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return ErrWindow
	}
	return err
}

// A tail passes on what is read, and counts how many zeros were the last.
type tail struct {
	from  io.Reader
	zeros int64
	total int64
	ended bool
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	last := n
	for last > 0 && p[last-1] == 0 {
		last--
	}
	if last > 0 {
		t.zeros = 0
	}
	t.zeros += int64(n - last)
	t.total += int64(n)
	t.ended = err == io.EOF
	return n, err
}

// xattrPrefix is how the tar of Jörg Schilling, and all since, mark attributes.
const xattrPrefix = "SCHILY.xattr."

// attributesOf are the extended attributes of a member. Those of overlayfs would make
// the kernel see something else than what was unpacked.
func attributesOf(h *tar.Header) (map[string]string, error) {
	var attrs map[string]string
	for record, value := range maps.All(h.PAXRecords) {
		name, ok := strings.CutPrefix(record, xattrPrefix)
		if !ok {
			continue
		}
		if _, own := overlays(name); own || name == overrideName {
			return nil, fmt.Errorf("has the attribute %s, which would change what is seen of it", name)
		}
		if attrs == nil {
			attrs = map[string]string{}
		}
		attrs[name] = value
	}
	return attrs, nil
}
