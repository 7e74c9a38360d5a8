package cgroup

import (
	"encoding/json"
	"io"
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
		{"cpu", "time " + seconds(c.UsageUsec), "user " + seconds(c.UserUsec), "system " + seconds(c.SystemUsec), "max " + f.cpus(), "weight " + count(c.Weight)},
		{"throttled", "time " + seconds(c.ThrottledUsec), "periods " + count(c.Throttled), "of " + count(c.Periods)},
		{"read", "bytes " + bytes(i.ReadBytes), "times " + count(i.Reads)},
		{"written", "bytes " + bytes(i.WrittenBytes), "times " + count(i.Writes)},
		{"pids", "now " + count(p.Current), "peak " + count(p.Peak), "max " + count(p.Max), "refused " + count(p.Refused)},
		{"pressure some", "cpu " + seconds(s.CPUSomeUsec), "memory " + seconds(s.MemorySomeUsec), "io " + seconds(s.IOSomeUsec)},
		{"pressure full", "cpu " + seconds(s.CPUFullUsec), "memory " + seconds(s.MemoryFullUsec), "io " + seconds(s.IOFullUsec)},
	}
	for _, rate := range i.Max {
		lines = append(lines, append([]string{"disk " + rate.Device}, rate.cells()...))
	}
	_, err := io.WriteString(w, columns(lines))
	return err
}

// cells are the limits of a disk, as the table has them.
func (r *rate) cells() []string {
	return []string{
		"read " + perSecond(bytes(r.ReadBytes)), "written " + perSecond(bytes(r.WriteBytes)),
		"reads " + perSecond(count(r.Reads)), "writes " + perSecond(count(r.Writes)),
	}
}
