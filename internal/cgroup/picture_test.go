package cgroup

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestPictureOfVersionTwo(t *testing.T) {
	dir := fixture(t, map[string]string{
		"cgroup.procs":                  "1\n2\n",
		"cgroup.controllers":            "cpu memory pids\n",
		"cgroup.subtree_control":        "memory pids\n",
		"box/cgroup.procs":              "",
		"box/cgroup.type":               "domain\n",
		"box/cgroup.controllers":        "memory pids\n",
		"box/cgroup.subtree_control":    "",
		"box/memory.max":                "67108864\n",
		"box/pids.max":                  "16\n",
		"box/a\x1bb/cgroup.procs":       "7\n",
		"box/a\x1bb/cgroup.type":        "domain invalid\n",
		"box/a\x1bb/cgroup.controllers": "",
		"slice/cgroup.procs":            "8\n",
		"slice/cgroup.type":             "domain\n",
		"slice/cgroup.controllers":      "cpu memory pids\n",
		"slice/cgroup.subtree_control":  "cpu\n",
		"slice/cpu.max":                 "25000 100000\n",
		"slice/io.max":                  "8:0 rbps=4096 wbps=max riops=max wiops=max\n",
	})
	two := &tree{version: 2, controllers: strings.Fields("cpu io memory pids"), top: dir, own: dir + "/slice"}
	p := &picture{Version: 2, Mount: "/sys/fs/cgroup", Controllers: two.controllers}
	if err := p.grow(two, dir); err != nil {
		t.Fatal(err)
	}
	const want = `/sys/fs/cgroup: version 2, cpu io memory pids
GROUP                     PROCESSES  LIMITS                    CONTROLLERS      FOR CHILDREN
/                         2          -                         cpu memory pids  memory pids
  box                     0          memory 64.0 MiB, pids 16  memory pids      -
    a?b (domain invalid)  1          -                         -                -
  slice (ours)            1          cpus 0.25, disk 8:0       cpu memory pids  cpu
`
	if got := p.table(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	text, err := json.Marshal(p.Groups[1])
	if want := `{"path":"/box","ours":false,"processes":0,"limits":{"memory_max_bytes":67108864,"pids_max":16},` +
		`"type":"domain","controllers":["memory","pids"],"subtree_control":[]}`; string(text) != want {
		t.Errorf("got %s, %v\nwant %s", text, err, want)
	}
}

// A branch is shown by itself, and in version 1 there is nothing to enable.
func TestPictureOfABranchOfVersionOne(t *testing.T) {
	dir := fixture(t, map[string]string{
		"a/box/cgroup.procs":             "",
		"a/box/in/cgroup.procs":          "7\n",
		"a/box/in/memory.limit_in_bytes": "1048576\n",
	})
	one := &tree{version: 1, controllers: []string{"memory"}, top: dir}
	p := &picture{Version: 1, Mount: "/memory", Controllers: one.controllers}
	if err := p.grow(one, dir+"/a/box"); err != nil {
		t.Fatal(err)
	}
	const want = `/memory: version 1, memory
GROUP   PROCESSES  LIMITS
/a/box  0          -
  in    1          memory 1.0 MiB
`
	if got := p.table(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if err := p.grow(one, dir+"/nosuch"); err == nil {
		t.Error("a group that is not there was shown")
	}
}
