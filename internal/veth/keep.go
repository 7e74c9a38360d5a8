package veth

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// keep records that the namespace gets a name. It is the last thing to be done: until
// then the namespace ends with us.
func (l *Link) keep(r *recipe.Recipe) {
	kept := filepath.Join(runNetns, l.Keep)
	// A namespace lives as long as a process is in it or a mount shows it. In this
	// directory ip netns looks for such mounts. It is shared with all copies of the mount
	// table: a name that goes must go in all of them, or the namespace lives on.
	r.Outside(recipe.Outside{
		Name: "keep namespace", Object: kept,
		Same:  "ip netns attach " + l.Keep + " $PID",
		Do:    func(pid int) error { return bind(kept, pid) },
		Undo:  func() error { return forget(kept) },
		Stays: true,
	})
}

// bind shows the namespace of this thread at a file. One that is there and keeps
// nothing was left by somebody who was killed.
func bind(kept string, pid int) error {
	if err := share(filepath.Dir(kept)); err != nil {
		return err
	}
	fd, err := unix.Open(kept, unix.O_RDONLY|unix.O_CREAT|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o444)
	if err != nil {
		return err
	}
	unix.Close(fd)
	if isNamespace(kept) {
		return &chain.Hinted{Err: unix.EEXIST, Hint: "--netns NAME plugs into it, and --forget NAME lets go of it"}
	}
	err = unix.Mount(fmt.Sprintf("/proc/%d/task/%d/ns/net", pid, unix.Gettid()), kept, "", unix.MS_BIND, "")
	if err != nil {
		unix.Unlink(kept)
	}
	return err
}

// share makes the directory a mount, as ip netns does, and shared. Two that begin at
// once must not both do it.
func share(dir string) error {
	if err := unix.Mkdir(dir, 0o755); err != nil && err != unix.EEXIST {
		return err
	}
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Flock(fd, unix.LOCK_EX); err != nil {
		return err
	}
	err = unix.Mount("", dir, "", unix.MS_SHARED|unix.MS_REC, "")
	if err != unix.EINVAL {
		return err
	}
	if err := unix.Mount(dir, dir, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	return unix.Mount("", dir, "", unix.MS_SHARED|unix.MS_REC, "")
}

func isNamespace(file string) bool {
	var system unix.Statfs_t
	return unix.Statfs(file, &system) == nil && system.Type == unix.NSFS_MAGIC
}

// forget records the end of a name.
func (l *Link) forget(r *recipe.Recipe) error {
	kept := filepath.Join(runNetns, l.Forget)
	if _, err := os.Lstat(kept); err != nil {
		return &chain.Hinted{
			Err:  fmt.Errorf("forget namespace %s: there is none", l.Forget),
			Hint: "ip netns lists those that have names, which are the files in " + runNetns,
		}
	}
	// The namespace ends when nobody is in it any more, and with it the cables that lead
	// there.
	r.Outside(recipe.Outside{
		Name: "forget namespace", Object: kept, Same: "umount " + kept + "; rm " + kept,
		Do: func(int) error { return privileged(forget(kept)) },
	})
	return nil
}

func forget(kept string) error {
	if err := unix.Unmount(kept, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW); err != nil && err != unix.EINVAL {
		return err
	}
	return unix.Unlink(kept)
}

// checkName wants a name that a file can have.
func checkName(what, name string) error {
	if strings.Contains(name, "/") || name == "." || name == ".." || len(name) > 255 {
		return fmt.Errorf("%s namespace %.40s: a name has no slash in it", what, name)
	}
	if isPid(name) {
		return fmt.Errorf("%s namespace %s: it would be taken for a pid", what, name)
	}
	return nil
}
