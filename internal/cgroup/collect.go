package cgroup

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

//doc:collect

// collect removes the groups of runs that were killed. The lock of a directory is
// its holder's, and the kernel lets go of it when the holder ends, however it ends.
func collect(parent string) error {
	names, err := names(parent)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !isOurs(name) {
			continue
		}
		dir := filepath.Join(parent, name)
		fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			continue // somebody else was faster
		}
		// Who had the lock of it before us may have removed it, and its owner made it anew.
		if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) == nil && sameFile(fd, dir) {
			removeTree(dir) // one with processes in it stays
		}
		unix.Close(fd)
	}
	return nil
}

// remove removes the directory when the program has ended, unless processes live on
// in it: then their limits do, and a later run collects it.
func (p *place) remove() error {
	defer unix.Close(p.fd)
	if p.found {
		return nil
	}
	// The kernel may take a moment to see that the last process is gone.
	const patience, pause = 50, 2 * time.Millisecond
	for range patience {
		err := removeTree(p.dir)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		if err != unix.EBUSY {
			return err
		}
		if p.populated() {
			return nil
		}
		time.Sleep(pause)
	}
	return unix.EBUSY
}

// removeTree removes a group without processes, and those below it that its processes
// made.
func removeTree(dir string) error {
	err := unix.Rmdir(dir)
	if err == unix.EBUSY && !populated(dir) {
		return removeAt(unix.AT_FDCWD, dir)
	}
	return err
}

// removeAt does so step by step, for the path may be longer than the kernel takes at
// once.
func removeAt(parent int, name string) error {
	if err := unix.Unlinkat(parent, name, unix.AT_REMOVEDIR); err != unix.EBUSY {
		return err
	}
	fd, err := unix.Openat(parent, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	inside, err := namesIn(fd)
	if err != nil {
		return err
	}
	for _, group := range inside {
		if err := removeAt(fd, group); err != nil && err != unix.ENOTDIR && err != unix.ENOENT {
			return err
		}
	}
	return unix.Unlinkat(parent, name, unix.AT_REMOVEDIR)
}

func (p *place) populated() bool { return populated(p.dir) }

// populated reports whether there is a process in a group or below it. Version 1 does
// not tell, so there the groups are asked one by one.
func populated(dir string) bool {
	if events, err := read(filepath.Join(dir, "cgroup.events")); err == nil {
		return strings.Contains("\n"+events, "\npopulated 1\n")
	}
	return slices.ContainsFunc(dirs(dir), func(dir string) bool { return len(words(dir, "tasks")) > 0 })
}

// dirs are the directory of a group and those below it.
func dirs(dir string) (dirs []string) {
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			dirs = append(dirs, path)
		}
		return nil
	})
	return dirs
}
