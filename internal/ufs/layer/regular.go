package layer

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"unsafe"

	"golang.org/x/sys/unix"
)

// regular makes a file. Nobody else gets into the stage that it is in, so it may have its
// mode from the start.
func (p *packet) regular(ctx context.Context, in *directory, name string, h *tar.Header) error {
	fd, mode := -1, unix.S_IFREG|uint32(h.Mode)&0o7777
	err := p.anew(in, name, func() (err error) {
		const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
		fd, err = unix.Openat(in.fd, name, flags, mode&0o777)
		return err
	})
	if err != nil {
		return err
	}
	err = p.content(ctx, fd, h.Size)
	if err == nil {
		err = p.finishFile(fd, mode, h)
	}
	if e := unix.Close(fd); err == nil {
		err = e
	}
	return err
}

// finishFile is finish by way of the open file, which is faster.
func (p *packet) finishFile(fd int, mode uint32, h *tar.Header) error {
	attrs, err := attributesOf(h)
	if err != nil {
		return err
	}
	var have unix.Stat_t
	if err := unix.Fstat(fd, &have); err != nil {
		return err
	}
	uid, gid := uint32(h.Uid), uint32(h.Gid)
	if have.Uid != uid || have.Gid != gid {
		have.Mode = 0 // whatever it was, it may be another one now
		if mode, err = p.Owner.give(fd, mode, uid, gid); err != nil {
			return err
		}
	}
	if have.Mode != mode {
		if err := unix.Fchmod(fd, mode&0o7777); err != nil {
			return err
		}
	}
	if err := p.Owner.setAttributes(fd, "", attrs); err != nil {
		return err
	}
	return setTimes(fd, timesOf(h))
}

// setTimes is futimens(3).
func setTimes(fd int, times [2]unix.Timespec) error {
	_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(&times)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// content copies a file out of the archive.
func (p *packet) content(ctx context.Context, fd int, size int64) error {
	var at, written int64
	for at < size {
		n, err := p.in.Read(p.buffer[:min(size-at, int64(len(p.buffer)))])
		if err == io.EOF && n == 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil && err != io.EOF {
			return truncated(err)
		}
		if written, err = writeAt(fd, p.buffer[:n], at); err != nil {
			return err
		}
		at += int64(n)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if written < size {
		return unix.Ftruncate(fd, size) // it ends in a hole
	}
	return nil
}

// holeSize is what file systems allocate at least.
const holeSize = 4096

var zeros [holeSize]byte

// writeAt writes what is no hole: layer archives are full of the zeros of files that
// were sparse, as the image specification has no holes. It returns how far it wrote.
func writeAt(fd int, data []byte, at int64) (end int64, err error) {
	for len(data) > 0 {
		hole := holeIn(data)
		data, at = data[hole:], at+int64(hole)
		size := dataIn(data)
		for size > 0 {
			n, err := unix.Pwrite(fd, data[:size], at)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil {
				return at, err
			}
			data, at, size, end = data[n:], at+int64(n), size-n, at+int64(n)
		}
	}
	return end, nil
}

// holeIn is how many zeros come first, in whole pages.
func holeIn(data []byte) (size int) {
	for len(data)-size >= holeSize && isHole(data[size:size+holeSize]) {
		size += holeSize
	}
	return size
}

// dataIn is how much comes before the next hole.
func dataIn(data []byte) (size int) {
	for len(data)-size >= holeSize && !isHole(data[size:size+holeSize]) {
		size += holeSize
	}
	if len(data)-size < holeSize {
		return len(data)
	}
	return size
}

func isHole(page []byte) bool {
	return page[0] == 0 && page[holeSize-1] == 0 && string(page) == string(zeros[:])
}
