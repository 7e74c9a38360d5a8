package ctr

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// keepDescriptors records that a descriptor which we inherited stays outside. It
// may be a directory of the host, and by it a program could leave its root.
func keepDescriptors(r *recipe.Recipe) error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd < 3 {
			continue
		}
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err == nil && flags&unix.FD_CLOEXEC == 0 {
			//doc:descriptors
			// A descriptor that came from outside is a way back there. This one will
			// close when the container's program is run.
			r.FcntlCloexec(fd).Because("it was open when we were started")
		}
	}
	return nil
}
