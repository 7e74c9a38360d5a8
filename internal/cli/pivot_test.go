package cli

import (
	"strings"
	"testing"

	"ctrkit/internal/proc"
)

const (
	privateRoot = "1 0 8:1 / / rw - ext4 /dev/vda rw\n"
	sharedRoot  = "1 0 8:1 / / rw shared:5 - ext4 /dev/vda rw\n"
)

func TestMissedCondition(t *testing.T) {
	for _, c := range []struct{ table, want string }{
		{privateRoot + "2 1 8:1 /new /new rw - ext4 /dev/vda rw\n", ""},
		{privateRoot, "new root is no mount point"},
		{"2 1 8:1 /new /new rw - ext4 /dev/vda rw\n", "as after chroot"},
		{"1 1 0:2 / / rw - rootfs rootfs rw\n2 1 8:1 /new /new rw - ext4 /dev/vda rw\n", "initramfs"},
		{sharedRoot + "2 1 8:1 /new /new rw - ext4 /dev/vda rw\n", "shared"},
		{privateRoot + "2 1 8:1 /new /new rw master:3 shared:7 - ext4 /dev/vda rw\n", "shared"},
		{privateRoot + "2 1 8:1 /new /new rw master:3 - ext4 /dev/vda rw\n", ""},
		{"nonsense\n\n" + privateRoot, "new root is no mount point"},
	} {
		got := missedCondition(proc.Mounts(c.table), "/new")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%q: %q, want %q", c.table, got, c.want)
		}
	}
}
