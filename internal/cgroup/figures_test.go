package cgroup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ctrkit/internal/recipe"
)

// fixture is a tree of directories with files like the kernel's.
func fixture(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The same group as each version tells of it.
var (
	versionTwo = map[string]string{
		"memory.current":      "41943040\n",
		"memory.peak":         "63963136\n",
		"memory.max":          "67108864\n",
		"memory.high":         "max\n",
		"memory.swap.current": "4096\n",
		"memory.swap.max":     "1048576\n",
		"memory.events":       "low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n",
		"cpu.stat": "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\nnice_usec 0\n" +
			"nr_periods 10\nnr_throttled 3\nthrottled_usec 41200\nnr_bursts 0\nburst_usec 0\n",
		"cpu.max":         "50000 100000\n",
		"cpu.weight":      "50\n",
		"io.stat":         "8:0 rbytes=4096 wbytes=1048576 rios=1 wios=2 dbytes=0 dios=0\n8:16 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n",
		"io.max":          "8:16 rbps=max wbps=1048576 riops=120 wiops=max\n",
		"pids.current":    "3\n",
		"pids.peak":       "5\n",
		"pids.max":        "16\n",
		"pids.events":     "max 2\n",
		"cpu.pressure":    "some avg10=0.00 avg60=0.00 avg300=0.00 total=17\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
		"memory.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1700\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=900\n",
		"io.pressure":     "some avg10=0.00 avg60=0.00 avg300=0.00 total=170000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1700000\n",
	}
	versionOne = map[string]string{
		"memory/memory.usage_in_bytes":                    "41943040\n",
		"memory/memory.max_usage_in_bytes":                "63963136\n",
		"memory/memory.limit_in_bytes":                    "67108864\n",
		"memory/memory.memsw.limit_in_bytes":              "68157440\n",
		"memory/memory.stat":                              "cache 4096\nswap 0\nhierarchical_memory_limit 67108864\ntotal_cache 4096\ntotal_swap 4096\n",
		"memory/memory.oom_control":                       "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
		"cpuacct/cpuacct.usage":                           "1234567890\n",
		"cpuacct/cpuacct.usage_user":                      "1000000999\n",
		"cpuacct/cpuacct.usage_sys":                       "234567000\n",
		"cpu/cpu.stat":                                    "nr_periods 10\nnr_throttled 3\nthrottled_time 41200000\nnr_bursts 0\nburst_time 0\n",
		"cpu/cpu.cfs_quota_us":                            "50000\n",
		"cpu/cpu.cfs_period_us":                           "100000\n",
		"cpu/cpu.shares":                                  "512\n",
		"blkio/blkio.throttle.io_service_bytes_recursive": "8:0 Read 4096\n8:0 Write 1048576\n8:0 Total 1052672\n8:16 Read 4096\n8:16 Write 0\n8:16 Total 4096\nTotal 1056768\n",
		"blkio/blkio.throttle.io_serviced_recursive":      "8:0 Read 1\n8:0 Write 2\n8:0 Total 3\n8:16 Read 1\n8:16 Write 0\n8:16 Total 1\nTotal 4\n",
		"blkio/blkio.throttle.read_bps_device":            "",
		"blkio/blkio.throttle.write_bps_device":           "8:16 1048576\n",
		"blkio/blkio.throttle.read_iops_device":           "8:16 120\n",
		"blkio/blkio.throttle.write_iops_device":          "",
		"pids/pids.current":                               "3\n",
		"pids/pids.peak":                                  "5\n",
		"pids/pids.max":                                   "16\n",
		"pids/pids.events":                                "max 2\n",
	}
)

// inOne is a group in the trees of version 1 below a directory, one for each controller.
func inOne(dir string) *group {
	g := &group{name: "box"}
	for _, controller := range strings.Fields("memory cpu cpuacct blkio pids") {
		t := &tree{version: 1, controllers: []string{controller}, top: filepath.Join(dir, controller)}
		g.places = append(g.places, &place{tree: t, dir: t.top})
	}
	return g
}

// inTwo is a group at a directory of version 2.
func inTwo(dir string, controllers string) *group {
	t := &tree{version: 2, controllers: strings.Fields(controllers), top: dir}
	return &group{name: "box", places: []*place{{tree: t, dir: dir}}}
}

const golden = `memory         now 40.0 MiB   peak 61.0 MiB      max 64.0 MiB     high -
swap           now 4.0 KiB    max 1.0 MiB
oom            kills 1
cpu            time 1.23 s    user 1.00 s        system 234.6 ms  max 0.5    weight 50
throttled      time 41.2 ms   periods 3          of 10
read           bytes 8.0 KiB  times 2
written        bytes 1.0 MiB  times 2
pids           now 3          peak 5             max 16           refused 2
pressure some  cpu 17 us      memory 1.7 ms      io 170.0 ms
pressure full  cpu 0 s        memory 900 us      io 1.70 s
disk 8:16      read -         written 1.0 MiB/s  reads 120/s      writes -
`

func TestBothVersionsHaveTheSameFigures(t *testing.T) {
	two := figures(inTwo(fixture(t, versionTwo), "memory cpu io pids"))
	one := figures(inOne(fixture(t, versionOne)))
	if got := text(two); got != golden {
		t.Errorf("got\n%swant\n%s", got, golden)
	}
	// Version 1 knows no pressure.
	one.Pressure = two.Pressure
	if !reflect.DeepEqual(one, two) {
		t.Errorf("version 1 has\n%sversion 2\n%s", text(one), text(two))
	}
}

// Where some controllers are in version 1, the rest and the pressure are in version 2.
func TestHybrid(t *testing.T) {
	dir := fixture(t, versionOne)
	g := inOne(dir)
	g.places = append(g.places, inTwo(fixture(t, versionTwo), "hugetlb").places...)
	if got := text(figures(g)); got != golden {
		t.Errorf("got\n%swant\n%s", got, golden)
	}
}

// Processor time and pressure are counted for every group of version 2, controllers or not.
func TestWithoutControllers(t *testing.T) {
	f := figures(inTwo(fixture(t, map[string]string{
		"cpu.stat":     "usage_usec 5\nuser_usec 3\nsystem_usec 2\n",
		"cpu.pressure": versionTwo["cpu.pressure"],
	}), "memory cpu io pids"))
	got := []string{count(f.CPU.UsageUsec), count(f.CPU.UserUsec), count(f.CPU.Periods), count(f.Pressure.CPUSomeUsec), count(f.Pressure.IOSomeUsec)}
	if want := []string{"5", "3", none, "17", none}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func text(f *Figures) string {
	var b strings.Builder
	f.table(&b)
	return b.String()
}

// Figures that are not known are there all the same, as null.
func TestJSON(t *testing.T) {
	var full, empty any
	for f, into := range map[*Figures]*any{
		figures(inTwo(fixture(t, versionTwo), "memory cpu io pids")): &full,
		{}: &empty,
	} {
		var b strings.Builder
		if err := f.json(&b); err != nil || strings.Count(b.String(), "\n") != 1 {
			t.Fatalf("%q, %v", b.String(), err)
		}
		if err := json.Unmarshal([]byte(b.String()), into); err != nil {
			t.Fatal(err)
		}
	}
	if f, e := keys(full), keys(empty); !slices.Equal(f, e) || len(f) != 30+1+6 { // figures, io.max, and the rest around them
		t.Errorf("%d: %v\n%d: %v", len(f), f, len(e), e)
	}
}

// keys are the names of an object and of the objects in it.
func keys(object any) (names []string) {
	members, _ := object.(map[string]any)
	for name, value := range members {
		names = append(names, name)
		for _, inner := range keys(value) {
			names = append(names, name+"."+inner)
		}
	}
	slices.Sort(names)
	return names
}

// Each file that has figures is read by a line of its own, in the order in which the table has them.
func TestEveryFigureIsToldOf(t *testing.T) {
	dir := fixture(t, versionTwo)
	r := recipe.New("cg-stat")
	var told strings.Builder
	r.Narrator = &recipe.Narrator{W: &told}
	f := &Figures{}
	f.reads(r, inTwo(dir, "memory cpu io pids"))
	if err := r.Run(); err != nil {
		t.Fatal(err)
	}
	var order []string
	for line := range strings.Lines(told.String()) {
		if same, ok := strings.CutPrefix(strings.TrimSpace(line), "same as: cat "+dir+"/"); ok {
			order = append(order, same)
		}
	}
	if !slices.Equal(order, files) {
		t.Errorf("%q, want %q", order, files)
	}
	for _, o := range f.origins() {
		if file, _, _ := strings.Cut(o.two, " "); !slices.Contains(files, file) {
			t.Errorf("nobody reads %s", file)
		}
		if *o.to == nil && o.two != "memory.high" {
			t.Errorf("%s was not read", o.two)
		}
	}
}

func TestAFileThatCannotBeReadIsAnError(t *testing.T) {
	dir := fixture(t, map[string]string{"pids.max/a": ""})
	f := &Figures{}
	if err := f.read(inTwo(dir, "pids"), "pids.max"); err == nil {
		t.Error("a directory was read")
	}
	if err := f.read(inTwo(dir, "pids"), "pids.peak"); err != nil {
		t.Error(err)
	}
}
