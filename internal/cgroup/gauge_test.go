package cgroup

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestGauges(t *testing.T) {
	before, now := figures(inTwo(fixture(t, versionTwo), "memory cpu io pids")), figures(inTwo(fixture(t, versionTwo), "memory cpu io pids"))
	*before.CPU.UsageUsec -= 500_000
	*before.IO.WrittenBytes -= 1 << 20
	const want = `
memory [############--------] 40.0 MiB of 64.0 MiB, peak 61.0 MiB, kills 1
pids   [###-----------------] 3 of 16, peak 5, refused 2
cpu    [##########----------] 0.25 of 0.5, throttled 3/10
read                          0 B/s
write                         512.0 KiB/s
`
	got := "\n"
	for _, g := range gauges(now, before, 2*time.Second) {
		got += fmt.Sprintf("%-6s %s %s\n", g.name, g.bar(), g.text())
	}
	if got != want {
		t.Errorf("got%swant%s", got, want)
	}
}

func TestBar(t *testing.T) {
	amount := func(n float64) *float64 { return &n }
	unknown := strings.Repeat(" ", 22)
	for _, c := range []struct {
		used, max *float64
		want      string
	}{
		{amount(0), amount(5), "[--------------------]"},
		{amount(4.99), amount(5), "[###################-]"},
		{amount(5), amount(5), "[####################]"},
		{amount(9), amount(5), "[####################]"},
		{amount(0), amount(0), "[####################]"},
		{amount(9), nil, unknown},
		{nil, amount(9), unknown},
	} {
		if got := (gauge{used: c.used, max: c.max}).bar(); got != c.want {
			t.Errorf("%v of %v is %q, want %q", c.used, c.max, got, c.want)
		}
	}
}

// Before there is a second look, and where a counter went back, nothing can be said.
func TestGrowth(t *testing.T) {
	five, nine := uint64(5), uint64(9)
	for _, c := range []struct {
		before, now *uint64
		elapsed     time.Duration
		want        string
	}{
		{&five, &nine, 2 * time.Second, "2"},
		{&five, &five, time.Second, "0"},
		{&nine, &five, time.Second, none},
		{nil, &five, time.Second, none},
		{&five, nil, time.Second, none},
		{&five, &nine, 0, none},
	} {
		got := none
		if n := growth(c.before, c.now, c.elapsed); n != nil {
			got = short(*n)
		}
		if got != c.want {
			t.Errorf("%v in %v is %s, want %s", c, c.elapsed, got, c.want)
		}
	}
}
