package proc

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// A mount table with everything that is met: a machine that systemd runs, with old hierarchies and the new one; controllers
// together; a name with a space in it; a part of a hierarchy, as in a container; and a mount that covers another.
const table = `25 30 0:23 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs ro,mode=755
26 25 0:24 / /sys/fs/cgroup/unified rw,nosuid shared:8 - cgroup2 cgroup2 rw,nsdelegate
27 25 0:25 / /sys/fs/cgroup/systemd rw,nosuid shared:9 - cgroup cgroup rw,xattr,name=systemd
28 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct
29 25 0:27 /docker/abc /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory
31 25 0:28 /.. /sys/fs/cgroup/pids rw,nosuid - cgroup cgroup rw,pids
32 25 0:29 / /mnt/a\040b\134c rw - cgroup cgroup rw,freezer
33 25 0:30 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio
34 25 0:30 /below /mnt/later rw - cgroup cgroup rw,blkio
35 25 0:31 / /mnt/cpu rw - ext4 /dev/cpu rw,cpu
`

func TestWhereAGroupIsToBeSeen(t *testing.T) {
	mounts := Hierarchies(table)
	for _, c := range []struct{ hierarchy, path, want string }{
		{"", "/user.slice", "/sys/fs/cgroup/unified/user.slice"},
		{"", "/", "/sys/fs/cgroup/unified"},
		{"name=systemd", "/init.scope", "/sys/fs/cgroup/systemd/init.scope"},
		{"cpu,cpuacct", "/a/b", "/sys/fs/cgroup/cpu,cpuacct/a/b"},
		{"cpuacct,cpu", "/a", "/sys/fs/cgroup/cpu,cpuacct/a"},
		{"memory", "/docker/abc", "/sys/fs/cgroup/memory"},
		{"memory", "/docker/abc/inner", "/sys/fs/cgroup/memory/inner"},
		{"memory", "/docker/abcdef", ""},
		{"memory", "/docker", ""},
		{"memory", "/", ""},
		{"pids", "/any", ""},
		{"freezer", "/any", `/mnt/a b\c/any`},
		{"freezer", "/../outside", ""},
		{"blkio", "/below", "/mnt/later"},
		{"blkio", "/beside", "/sys/fs/cgroup/blkio/beside"},
		{"hugetlb", "/", ""},
	} {
		if got, _ := (Group{c.hierarchy, c.path}).Dir(mounts); got != c.want {
			t.Errorf("%s of %q is at %q, want %q", c.path, c.hierarchy, got, c.want)
		}
	}
}

func TestGroups(t *testing.T) {
	list := Groups("9:name=systemd:/init.scope\n4:cpu,cpuacct:/a:b\n0::/user.slice/with space\nnonsense\n")
	want := []Group{{"name=systemd", "/init.scope"}, {"cpu,cpuacct", "/a:b"}, {"", "/user.slice/with space"}}
	if len(list) != len(want) {
		t.Fatal(list)
	}
	for i := range want {
		if list[i] != want[i] {
			t.Errorf("%v, want %v", list[i], want[i])
		}
	}
}

// Whatever is in the files, a group is either not to be seen, or below a mount.
func FuzzHierarchies(f *testing.F) {
	f.Add(table, "3:memory:/docker/abc/inner\n0::/\n")
	f.Add(`1 2 0:3 / \040\04\0 rw - cgroup2 x y`, "0::/..\n")
	f.Fuzz(func(t *testing.T, table, text string) {
		mounts := Hierarchies(table)
		for _, g := range Groups(text) {
			dir, _ := g.Dir(mounts)
			below := func(h Hierarchy) bool {
				point := strings.TrimSuffix(path.Clean(h.Point), "/")
				return strings.HasPrefix(dir+"/", point+"/") || !path.IsAbs(h.Point)
			}
			if dir != "" && !slices.ContainsFunc(mounts, below) {
				t.Errorf("%v is at %q", g, dir)
			}
		}
	})
}
