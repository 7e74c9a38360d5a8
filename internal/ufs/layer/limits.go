package layer

import (
	"archive/tar"
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// limits keep archives from being larger than anything that could be meant. A few
// kilobytes can claim to hold more than there are disks.
type limits struct {
	bytes   uint64
	members uint64
}

// mostMembers are more than any system has files.
const mostMembers = 10_000_000

// newLimits takes what the file system has left.
func newLimits(dir int) (*limits, error) {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(dir, &fs); err != nil {
		return nil, err
	}
	l := &limits{bytes: fs.Bavail * uint64(fs.Bsize), members: mostMembers}
	if fs.Blocks == 0 {
		l.bytes = math.MaxInt64 // it does not tell
	}
	if fs.Files > 0 {
		l.members = min(l.members, fs.Ffree)
	}
	return l, nil
}

// take makes room for a member. Holes count: we find them by reading zeros.
func (l *limits) take(h *tar.Header) error {
	switch size := uint64(h.Size); {
	case size > l.bytes:
		return fmt.Errorf("has %d bytes, and the file system has only %d left: %w", size, l.bytes, unix.ENOSPC)
	case l.members == 0:
		return fmt.Errorf("is one more than the file system has room for, or than can be meant: %w", unix.ENOSPC)
	default:
		l.bytes -= size
		l.members--
	}
	return nil
}
