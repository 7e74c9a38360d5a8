package layer

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// stagePrefix is how the names of stages begin.
const stagePrefix = ".ufs-apply-"

// A Stage is a directory in the target, and so on its file system, in which archives
// are unpacked. The target changes only when all of them are good, by renaming. A
// stage is locked as long as somebody uses it; what kill -9 has left is removed by
// whoever makes the next one.
type Stage struct {
	Target int // open
	name   string
	fd     int
	path   string // of the target, if we made it
}

// NewStage makes the target, if there is none, and a stage in it.
func NewStage(target string) (*Stage, error) {
	s := &Stage{fd: -1}
	switch err := os.Mkdir(target, 0o755); {
	case err == nil:
		s.path = target
	case !errors.Is(err, os.ErrExist):
		return nil, errors.Unwrap(err)
	}
	var err error
	s.Target, err = unix.Open(target, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	var before unix.Stat_t
	if err := unix.Fstat(s.Target, &before); err != nil {
		return nil, err
	}
	if err := s.collect(); err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		ours, err := s.make(try)
		if err == nil {
			err = keepTimes(s.Target, &before)
		}
		if err != nil {
			unix.Close(s.Target)
			if s.path != "" {
				os.Remove(s.path)
			}
			return nil, err
		}
		if ours {
			return s, nil
		}
	}
}

// make tries one name. Between making and locking it somebody may have collected it.
func (s *Stage) make(try int) (ours bool, err error) {
	s.name = fmt.Sprintf("%s%d-%d", stagePrefix, os.Getpid(), try)
	if err := unix.Mkdirat(s.Target, s.name, 0o700); err != nil {
		return false, ignore(err, unix.EEXIST)
	}
	if s.fd, err = openDir(s.Target, s.name); err != nil {
		return false, ignore(err, unix.ENOENT)
	}
	s.bare()
	var made, named unix.Stat_t
	err = unix.Flock(s.fd, unix.LOCK_EX|unix.LOCK_NB)
	if err == nil && unix.Fstat(s.fd, &made) == nil && unix.Fstatat(s.Target, s.name, &named, unix.AT_SYMLINK_NOFOLLOW) == nil &&
		made.Ino == named.Ino {
		return true, nil
	}
	unix.Close(s.fd)
	return false, ignore(err, unix.EWOULDBLOCK)
}

// bare takes away what the stage has inherited from the target, and would pass on.
func (s *Stage) bare() {
	unix.Fchmod(s.fd, 0o700)
	unix.Fremovexattr(s.fd, "system.posix_acl_default")
}

func ignore(err error, good unix.Errno) error {
	if err == good {
		return nil
	}
	return err
}

// collect removes the stages that nobody uses.
func (s *Stage) collect() error {
	list, err := entries(s.Target)
	if err != nil {
		return err
	}
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), stagePrefix) {
			continue
		}
		fd, err := openDir(s.Target, e.Name())
		if err != nil {
			continue // somebody else's
		}
		if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) == nil {
			err = removeAll(s.Target, e.Name())
		}
		unix.Close(fd)
		if err != nil {
			return fmt.Errorf("remove %s, which an earlier call left: %w", e.Name(), err)
		}
	}
	return nil
}

// Layer makes a directory in the stage for one archive. Its number says which.
func (s *Stage) Layer(number int) (fd int, err error) {
	name := strconv.Itoa(number)
	if err := unix.Mkdirat(s.fd, name, 0o700); err != nil {
		return -1, err
	}
	return openDir(s.fd, name)
}

// Publish moves a layer's directory into the target, under a name of its own.
func (s *Stage) Publish(number int, name string) error {
	return unix.Renameat2(s.fd, strconv.Itoa(number), s.Target, name, unix.RENAME_NOREPLACE)
}

// Retract removes a layer's directory from the target.
func (s *Stage) Retract(name string) error { return removeAll(s.Target, name) }

// Merge moves what is in a layer's directory onto the target.
func (s *Stage) Merge(layer int, marked bool) error {
	n, err := look(layer, ".")
	if err != nil {
		return err
	}
	m := &merger{marked: marked, owner: newOwner(false), spare: s.name}
	return m.merge(n, layer, s.Target)
}

// Remove removes the stage and all that is still in it, and a target that would not
// be there but for us if nothing was put into it.
func (s *Stage) Remove(target bool) error {
	var before unix.Stat_t
	err := unix.Fstat(s.Target, &before)
	if err == nil {
		err = removeAll(s.Target, s.name)
	}
	if err == nil {
		err = keepTimes(s.Target, &before)
	}
	unix.Close(s.fd)
	unix.Close(s.Target)
	if target && s.path != "" && err == nil {
		err = os.Remove(s.path)
	}
	return err
}

// keepTimes gives a directory the times back that it had before we made and removed
// things in it.
func keepTimes(dir int, before *unix.Stat_t) error {
	err := setTimes(dir, [2]unix.Timespec{before.Atim, before.Mtim})
	return ignore(err, unix.EPERM) // it is somebody else's who lets us write
}
