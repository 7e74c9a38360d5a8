package recipe

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// NewUserNamespace makes a user namespace in which nobody is, with the same map for users
// and for groups: lines "INNER OUTER COUNT", as in uid_map. The descriptor keeps it.
func NewUserNamespace(ids string) (fd int, err error) {
	fd = -1 // until the namespace is open
	r := New("userns")
	// A user namespace comes into being with a process in it.
	r.Clone3(unix.CLONE_NEWUSER)
	// The process waits while its map is written from here, and the namespace opened.
	r.Outside(Outside{Name: "map", Do: func(pid int) error {
		for _, file := range []string{"gid_map", "uid_map"} {
			if err := os.WriteFile(fmt.Sprintf("/proc/%d/%s", pid, file), []byte(ids), 0); err != nil {
				return err
			}
		}
		fd, err = unix.Open(fmt.Sprintf("/proc/%d/ns/user", pid), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	}})
	// The namespace goes on without it, as long as it is open.
	r.Exit(0)
	child, err := r.Spawn()
	if err != nil {
		return -1, err
	}
	_, err = child.Wait()
	child.file.Close()
	if fd < 0 && err == nil {
		err = errKilled
	}
	return fd, err
}
