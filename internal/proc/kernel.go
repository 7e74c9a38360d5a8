package proc

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Version is that of the kernel, such as 5 and 12; zeros if it says none.
func Version() (version [2]int) {
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &version[0], &version[1])
	}
	return version
}

// Kernel reports whether the kernel is of a version, such as 5.12, or newer. One that says
// no version is taken for new.
func Kernel(major, minor int) bool {
	v := Version()
	return v == [2]int{} || v[0] > major || v[0] == major && v[1] >= minor
}
