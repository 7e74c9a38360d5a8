package proc

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Kernel reports whether the kernel is of a version, such as 5.12, or newer.
func Kernel(major, minor int) bool {
	var name unix.Utsname
	var a, b int
	unix.Uname(&name)
	n, err := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &a, &b)
	return err != nil || n != 2 || a > major || a == major && b >= minor
}
