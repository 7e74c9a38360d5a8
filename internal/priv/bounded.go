package priv

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// most is how much of a file is read. A list of users or a profile is far smaller; what is
// larger was put there by somebody who wants to see us swallow it.
const most = 4 << 20

// bounded reads a file that anybody may have made. It is looked at before it is opened: to
// open a pipe can take for ever, and to open a device can do something.
func bounded(dir int, path, called string, resolve uint64) (string, error) {
	fail := func(err error) (string, error) {
		return "", &os.PathError{Op: "open", Path: called, Err: err}
	}
	look, err := unix.Openat2(dir, path, &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: resolve})
	if err != nil {
		return fail(err)
	}
	defer unix.Close(look)
	var seen, opened unix.Stat_t
	if err := unix.Fstat(look, &seen); err != nil {
		return fail(err)
	}
	switch {
	case seen.Mode&unix.S_IFMT != unix.S_IFREG:
		return fail(errors.New("it is no regular file"))
	case seen.Size > most:
		return fail(fmt.Errorf("its %d bytes are more than the %d that are read", seen.Size, most))
	}
	fd, err := unix.Openat2(dir, path, &unix.OpenHow{Flags: unix.O_RDONLY | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC, Resolve: resolve})
	if err != nil {
		return fail(err)
	}
	file := os.NewFile(uintptr(fd), called)
	defer file.Close()
	if err := unix.Fstat(fd, &opened); err != nil || opened.Dev != seen.Dev || opened.Ino != seen.Ino {
		return fail(errors.New("somebody replaced it meanwhile"))
	}
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if len(text) > most {
		return fail(fmt.Errorf("it is more than the %d bytes that are read", most))
	}
	return string(text), err
}
