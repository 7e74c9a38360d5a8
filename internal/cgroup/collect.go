package cgroup

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
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
		if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) == nil {
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

// removeTree removes a group, and those below it that its processes made.
func removeTree(dir string) error {
	if err := unix.Rmdir(dir); err != unix.EBUSY {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeTree(filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return unix.Rmdir(dir)
}

// populated reports whether there is a process in the group or below it.
func (p *place) populated() bool {
	if p.version == 2 {
		return slices.Contains(lines(p.dir, "cgroup.events"), "populated 1")
	}
	return slices.ContainsFunc(p.dirs(), func(dir string) bool { return len(words(dir, "tasks")) > 0 })
}

// dirs are the group's directory and those below it.
func (p *place) dirs() (dirs []string) {
	filepath.WalkDir(p.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			dirs = append(dirs, path)
		}
		return nil
	})
	return dirs
}
