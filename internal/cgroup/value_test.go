package cgroup

import (
	"strconv"
	"strings"
	"testing"
)

func TestValue(t *testing.T) {
	const (
		events   = "low 0\nhigh 5\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"
		stat     = "8:16 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n8:0 rbytes=100 wbytes=0 rios=3 wios=0 dbytes=0 dios=0\n"
		blkio    = "8:0 Read 4096\n8:0 Write 10\n8:0 Total 4106\n253:1 Read 4\n253:1 Write 0\nTotal 4110\n"
		pressure = "some avg10=0.22 avg60=0.17 avg300=1.11 total=58761459\nfull avg10=0.00 avg60=0.13 avg300=0.96 total=7\n"
	)
	for _, c := range []struct{ text, words, want string }{
		{"41943040\n", "", "41943040"},
		{"0\n", "", "0"},
		{"max\n", "", none},
		{"-1\n", "", none},
		{"9223372036854771712\n", "", none}, // pages of 4 KiB
		{"9223372036854710272\n", "", none}, // pages of 64 KiB
		{"", "", none},
		{"\n", "", none},
		{"50000 100000\n", "$1", "50000"},
		{"50000 100000\n", "$2", "100000"},
		{"max 100000\n", "$1", none},
		{"max 100000\n", "$2", "100000"},
		{"max 100000\n", "$3", none},
		{events, "oom_kill", "2"},
		{events, "oom", "3"},
		{events, "max", "12"},
		{events, "kill", none},
		{"max 0\n", "max", "0"},
		{stat, "rbytes=", "4196"},
		{stat, "wios=", "2"},
		{stat, "bytes=", none},
		{"", "rbytes=", "0"}, // no disk was used yet
		{"8:0\n", "rbytes=", none},
		{blkio, "Read", "4100"},
		{blkio, "Write", "10"},
		{"Total 0\n", "Read", none}, // no disk is counted
		{pressure, "some total=", "58761459"},
		{pressure, "full total=", "7"},
		{"some avg10=0.22 total=5\n", "full total=", none},
		{"oom_kill", "oom_kill", none},
	} {
		if got := count(value(c.text, strings.Fields(c.words))); got != c.want {
			t.Errorf("%q in %q is %s, want %s", c.words, c.text, got, c.want)
		}
	}
}

// Whatever is in a file, a figure is a number that is written in it, or a sum of such, or none.
func FuzzValue(f *testing.F) {
	f.Add("max 0\n", "max")
	f.Add("some avg10=0.00 total=1\nfull total=2\n", "some total=")
	f.Add("8:0 Read 1\n8:16 Read 2\n", "Read")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, text, words string) {
		n := value(text, strings.Fields(words))
		if n != nil && *n != 0 && strings.Count(text, "\n") < 2 && !strings.Contains(text, strconv.FormatUint(*n, 10)) {
			t.Errorf("%q in %q is %d", words, text, *n)
		}
	})
}

func FuzzRates(f *testing.F) {
	f.Add("8:16 rbps=2097152 wbps=max riops=max wiops=120\n8:0 rbps=5 wbps=max riops=max wiops=max\n", 0)
	f.Add("8:16 2097152\n\n8\n", 3)
	f.Fuzz(func(t *testing.T, text string, kind int) {
		var list disks
		for line := range strings.Lines(text) {
			list.one(strings.Fields(line), kind&3)
			list.two(strings.Fields(line))
		}
		seen := map[string]bool{}
		for _, disk := range list {
			if seen[disk.Device] || disk.Device == "" {
				t.Errorf("%q in %q", disk.Device, text)
			}
			seen[disk.Device] = true
		}
	})
}

func TestUnits(t *testing.T) {
	for n, want := range map[uint64][2]string{
		0:             {"0 B", "0 s"},
		999:           {"999 B", "999 us"},
		1023:          {"1023 B", "1.0 ms"},
		41943040:      {"40.0 MiB", "41.94 s"},
		1536 << 20:    {"1.5 GiB", "1610.61 s"},
		999_999:       {"976.6 KiB", "1000.0 ms"},
		1<<60 + 1<<59: {"1.5 EiB", "1729382256910.27 s"},
		1<<40 - 1:     {"1024.0 GiB", "1099511.63 s"},
	} {
		if got := [2]string{bytes(&n), seconds(&n)}; got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	if bytes(nil) != none || seconds(nil) != none || count(nil) != none || perSecond(none) != none {
		t.Error("what is not known is not", none)
	}
}
