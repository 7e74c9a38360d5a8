package cgroup

import (
	"encoding/json"
	"io"
	"strings"
	"text/tabwriter"
)

// json prints the figures for programs, in one line.
func (f *Figures) json(w io.Writer) error { return json.NewEncoder(w).Encode(f) }

// table prints the figures for people: a line for each thing that can be used.
func (f *Figures) table(w io.Writer) error {
	m, c, i, p, s := &f.Memory, &f.CPU, &f.IO, &f.Pids, &f.Pressure
	lines := [][]string{
		{"memory", "now " + bytes(m.CurrentBytes), "peak " + bytes(m.PeakBytes), "max " + bytes(m.MaxBytes), "high " + bytes(m.HighBytes)},
		{"swap", "now " + bytes(m.SwapCurrentBytes), "max " + bytes(m.SwapMaxBytes)},
		{"oom", "kills " + count(m.OOMKills)},
		{"cpu", "time " + seconds(c.UsageUsec), "user " + seconds(c.UserUsec), "system " + seconds(c.SystemUsec), "max " + f.cpus()},
		{"throttled", "time " + seconds(c.ThrottledUsec), "periods " + count(c.Throttled), "of " + count(c.Periods), "weight " + count(c.Weight)},
		{"read", "bytes " + bytes(i.ReadBytes), "times " + count(i.Reads)},
		{"written", "bytes " + bytes(i.WrittenBytes), "times " + count(i.Writes)},
		{"pids", "now " + count(p.Current), "peak " + count(p.Peak), "max " + count(p.Max), "refused " + count(p.Refused)},
		{"some waited", "cpu " + seconds(s.CPUSomeUsec), "memory " + seconds(s.MemorySomeUsec), "io " + seconds(s.IOSomeUsec)},
		{"all waited", "cpu " + seconds(s.CPUFullUsec), "memory " + seconds(s.MemoryFullUsec), "io " + seconds(s.IOFullUsec)},
	}
	for _, rate := range i.Max {
		lines = append(lines, append([]string{"disk " + rate.Device}, rate.cells()...))
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, cells := range lines {
		if _, err := io.WriteString(t, strings.Join(cells, "\t")+"\n"); err != nil {
			return err
		}
	}
	return t.Flush()
}

// cells are the limits of a disk, as the table has them.
func (r *rate) cells() []string {
	return []string{
		"read " + perSecond(bytes(r.ReadBytes)), "written " + perSecond(bytes(r.WriteBytes)),
		"reads " + perSecond(count(r.Reads)), "writes " + perSecond(count(r.Writes)),
	}
}
