package cli

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// What no test can make the kernel say here has a remedy all the same.
func TestHintsForUnions(t *testing.T) {
	for _, c := range []struct {
		call  string
		errno unix.Errno
		want  string
	}{
		{"mount", unix.ENODEV, "modprobe may load it (overlay, for a union)"},
		{"mount", unix.EINVAL, "upper and work must be on one file system"},
		{"mount", unix.ELOOP, "a layer lies in another"},
		{"mount", unix.EBUSY, "another one uses the upper or the work directory"},
		{"mount", unix.ESTALE, "index=on"},
		{"umount2", unix.EBUSY, "a process uses it"},
		{"mount_setattr", unix.ENOSYS, "Linux 5.12"},
		{"mount_setattr", unix.EINVAL, "cannot show other owners"},
	} {
		err := &recipe.Failure{Tool: "ufs-mount", Call: c.call, Object: "tree", Err: c.errno}
		if hint := hintFor(err); !strings.Contains(hint, c.want) {
			t.Errorf("%s, %v: the hint is %q, without %q", c.call, c.errno, hint, c.want)
		}
	}
}
