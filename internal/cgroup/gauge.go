package cgroup

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A gauge is one thing that is used, and its limit. Each is nil where it is unknown or
// there is none.
type gauge struct {
	name      string
	used, max *float64
	write     func(float64) string // an amount as people read it
	notes     []string
}

// gauges are what a group uses at present, as two looks at it tell.
func gauges(now, before *Figures, elapsed time.Duration) []gauge {
	m, c, i, p := &now.Memory, &now.CPU, &now.IO, &now.Pids
	cpu := growth(before.CPU.UsageUsec, c.UsageUsec, elapsed)
	if cpu != nil {
		*cpu /= 1e6 // a second of time in each second is one processor
	}
	return []gauge{
		{"memory", float(m.CurrentBytes), float(m.MaxBytes), inBytes, []string{"peak " + bytes(m.PeakBytes), "kills " + count(m.OOMKills)}},
		{"pids", float(p.Current), float(p.Max), short, []string{"peak " + count(p.Peak), "refused " + count(p.Refused)}},
		{"cpu", cpu, now.processors(), short, []string{"throttled " + count(c.Throttled) + "/" + count(c.Periods)}},
		{"read", growth(before.IO.ReadBytes, i.ReadBytes, elapsed), nil, inBytesPerSecond, nil},
		{"write", growth(before.IO.WrittenBytes, i.WrittenBytes, elapsed), nil, inBytesPerSecond, nil},
	}
}

// text is what is used, of how much, and what else is known.
func (g gauge) text() string {
	text := none
	if g.used != nil {
		text = g.write(*g.used)
	}
	if g.max != nil {
		text += " of " + g.write(*g.max)
	}
	return strings.Join(append([]string{text}, g.notes...), ", ")
}

// bar is as full as the limit is used up. Without a limit there is none.
func (g gauge) bar() string {
	const width = 20
	if g.used == nil || g.max == nil {
		return strings.Repeat(" ", width+2)
	}
	full := width
	if *g.used < *g.max {
		full = int(*g.used / *g.max * width)
	}
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", width-full) + "]"
}

// growth is how much a counter grows in a second.
func growth(before, now *uint64, elapsed time.Duration) *float64 {
	if before == nil || now == nil || *now < *before || elapsed <= 0 {
		return nil
	}
	rate := float64(*now-*before) / elapsed.Seconds()
	return &rate
}

func float(n *uint64) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}

func inBytes(amount float64) string {
	n := uint64(amount)
	return bytes(&n)
}

func inBytesPerSecond(amount float64) string { return perSecond(inBytes(amount)) }

// short is a number with at most two digits after the point.
func short(number float64) string {
	return strconv.FormatFloat(math.Round(number*100)/100, 'f', -1, 64)
}
