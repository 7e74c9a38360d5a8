package cgroup

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// read reads a file of a group. The kernel lets such files be waited for, so Go would
// have each of them watched first, which takes longer than to read them.
func read(file string) (string, error) {
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", &os.PathError{Op: "open", Path: file, Err: err}
	}
	defer unix.Close(fd)
	var text strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := unix.Read(fd, buffer)
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return text.String(), err
		}
		text.Write(buffer[:n])
	}
}

// write writes a value as a shell's echo does, in one call.
func write(file, value string) error {
	fd, err := unix.Open(file, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	_, err = unix.Write(fd, []byte(value+"\n"))
	return err
}

// words are those in a file of a group. A file that cannot be read has none.
func words(dir, file string) []string {
	text, _ := read(dir + "/" + file)
	return strings.Fields(text)
}

// lines are those of a file of a group.
func lines(dir, file string) []string {
	text, _ := read(dir + "/" + file)
	return strings.Split(text, "\n")
}

// names are those of what is in a directory.
func names(dir string) (list []string, err error) {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return namesIn(fd)
}

func namesIn(fd int) (list []string, err error) {
	buffer := make([]byte, 8192)
	for {
		n, err := unix.ReadDirent(fd, buffer)
		if n <= 0 || err != nil {
			return list, err
		}
		_, _, list = unix.ParseDirent(buffer[:n], -1, list)
	}
}
