package proc

import (
	"slices"
	"strings"
	"testing"
)

const mountTable = `21 26 0:20 / /proc rw,relatime - proc proc rw
26 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
40 26 0:41 /a\040b /mnt/c\134d ro,nosuid shared:7 master:3 - tmpfs ufs-mount rw,size=64k
41 40 0:42 / /mnt/c\134d rw - overlay ufs-mount rw,lowerdir=/l\054m:/n,upperdir=/u\040v,workdir=/w
42 40 0:43 / /mnt/e rw unbindable - fuse.x  rw
43 40 0:44 / rw
`

func TestMounts(t *testing.T) {
	list := Mounts(mountTable)
	want := []Mount{
		{ID: 21, Parent: 26, Root: "/", Point: "/proc", FS: "proc", Source: "proc"},
		{ID: 26, Parent: 1, Root: "/", Point: "/", FS: "ext4", Source: "/dev/vda", Shared: true},
		{ID: 40, Parent: 26, Root: "/a b", Point: `/mnt/c\d`, FS: "tmpfs", Source: "ufs-mount", Shared: true, ReadOnly: true},
		{ID: 41, Parent: 40, Root: "/", Point: `/mnt/c\d`, FS: "overlay", Source: "ufs-mount"},
		{ID: 42, Parent: 40, Root: "/", Point: "/mnt/e", FS: "fuse.x"},
	}
	same := func(a, b Mount) bool {
		a.Options, b.Options = nil, nil
		return a.ID == b.ID && a.Parent == b.Parent && a.Root == b.Root && a.Point == b.Point && a.Shared == b.Shared &&
			a.ReadOnly == b.ReadOnly && a.FS == b.FS && a.Source == b.Source
	}
	if !slices.EqualFunc(list, want, same) {
		t.Errorf("got %+v\nwant %+v", list, want)
	}
	union := Mounted(list, 41)
	if union == nil || union.Option("upperdir") != "/u v" || union.Option("lowerdir") != "/l,m:/n" || union.Option("dir") != "" {
		t.Errorf("the union is %+v", union)
	}
	if Mounted(list, 43) != nil {
		t.Error("a line that is too short is a mount")
	}
}

// Whatever is in the file, each mount comes from a line of it.
func FuzzMounts(f *testing.F) {
	f.Add(mountTable)
	f.Add("1 2 0:3 / \\040\\04\\0 rw - x y z\n - \n")
	f.Fuzz(func(t *testing.T, text string) {
		if list := Mounts(text); len(list) > strings.Count(text, " - ") {
			t.Errorf("%d mounts", len(list))
		}
	})
}
