package cgroup

import (
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// An origin says where a figure stands, in each version: the file, and in it the words
// by which value finds the number.
type origin struct {
	to         **uint64
	controller string
	two, one   string
	convert    func(uint64) *uint64 // what version 1 has in other units
}

// origins are the figures, and where each one stands. No other code knows.
func (f *Figures) origins() []origin {
	m, c, i, p, w := &f.Memory, &f.CPU, &f.IO, &f.Pids, &f.Pressure
	return []origin{
		{&m.CurrentBytes, "memory", "memory.current", "memory.usage_in_bytes", nil},
		{&m.PeakBytes, "memory", "memory.peak", "memory.max_usage_in_bytes", nil},
		{&m.MaxBytes, "memory", "memory.max", "memory.limit_in_bytes", nil},
		{&m.HighBytes, "memory", "memory.high", "", nil},
		{&m.SwapCurrentBytes, "memory", "memory.swap.current", "memory.stat total_swap", nil},
		{&m.SwapMaxBytes, "memory", "memory.swap.max", "memory.memsw.limit_in_bytes", f.besidesMemory},
		{&m.OOMKills, "memory", "memory.events oom_kill", "memory.oom_control oom_kill", nil},
		{&c.UsageUsec, "cpuacct", "cpu.stat usage_usec", "cpuacct.usage", microseconds},
		{&c.UserUsec, "cpuacct", "cpu.stat user_usec", "cpuacct.usage_user", microseconds},
		{&c.SystemUsec, "cpuacct", "cpu.stat system_usec", "cpuacct.usage_sys", microseconds},
		{&c.Periods, "cpu", "cpu.stat nr_periods", "cpu.stat nr_periods", nil},
		{&c.Throttled, "cpu", "cpu.stat nr_throttled", "cpu.stat nr_throttled", nil},
		{&c.ThrottledUsec, "cpu", "cpu.stat throttled_usec", "cpu.stat throttled_time", microseconds},
		{&c.QuotaUsec, "cpu", "cpu.max $1", "cpu.cfs_quota_us", nil},
		{&c.PeriodUsec, "cpu", "cpu.max $2", "cpu.cfs_period_us", nil},
		{&c.Weight, "cpu", "cpu.weight", "cpu.shares", weight},
		{&i.ReadBytes, "io", "io.stat rbytes=", "blkio.throttle.io_service_bytes_recursive Read", nil},
		{&i.WrittenBytes, "io", "io.stat wbytes=", "blkio.throttle.io_service_bytes_recursive Write", nil},
		{&i.Reads, "io", "io.stat rios=", "blkio.throttle.io_serviced_recursive Read", nil},
		{&i.Writes, "io", "io.stat wios=", "blkio.throttle.io_serviced_recursive Write", nil},
		{&p.Current, "pids", "pids.current", "pids.current", nil},
		{&p.Peak, "pids", "pids.peak", "pids.peak", nil},
		{&p.Max, "pids", "pids.max", "pids.max", nil},
		{&p.Refused, "pids", "pids.events max", "pids.events max", nil},
		{&w.CPUSomeUsec, "cgroup", "cpu.pressure some total=", "", nil},
		{&w.CPUFullUsec, "cgroup", "cpu.pressure full total=", "", nil},
		{&w.MemorySomeUsec, "cgroup", "memory.pressure some total=", "", nil},
		{&w.MemoryFullUsec, "cgroup", "memory.pressure full total=", "", nil},
		{&w.IOSomeUsec, "cgroup", "io.pressure some total=", "", nil},
		{&w.IOFullUsec, "cgroup", "io.pressure full total=", "", nil},
	}
}

// files are those in which version 2 has the figures. Their names stand for the
// figures in them, whatever the version.
var files = strings.Fields(`
	memory.current memory.peak memory.max memory.high memory.swap.current memory.swap.max memory.events
	cpu.stat cpu.max cpu.weight io.stat io.max pids.current pids.peak pids.max pids.events
	cpu.pressure memory.pressure io.pressure`)

// from is the file that the figure is read from in a group, or "", and the words by
// which it is found there.
func (o origin) from(g *group) (file string, words []string) {
	p := g.at(o.controller)
	if p == nil {
		return "", nil
	}
	words = strings.Fields(o.one)
	if p.version == 2 {
		words = strings.Fields(o.two)
	}
	if len(words) == 0 {
		return "", nil
	}
	return p.file(words[0]), words[1:]
}

// of are the figures that version 2 has in a file.
func (f *Figures) of(file string) (list []origin) {
	for _, o := range f.origins() {
		if name, _, _ := strings.Cut(o.two, " "); name == file {
			list = append(list, o)
		}
	}
	return list
}

// paths are the files of a group in which those figures stand.
func (f *Figures) paths(g *group, file string) (paths []string) {
	if file == "io.max" {
		return ratePaths(g)
	}
	for _, o := range f.of(file) {
		if from, _ := o.from(g); from != "" && !slices.Contains(paths, from) {
			paths = append(paths, from)
		}
	}
	return paths
}

// read reads those figures, and each file once.
func (f *Figures) read(g *group, file string) error {
	texts := map[string]string{}
	for _, path := range f.paths(g, file) {
		text, err := read(path)
		switch {
		case missing(err):
		case err != nil:
			return err
		default:
			texts[path] = text
		}
	}
	if file == "io.max" {
		f.IO.Max = rates(g, texts)
		return nil
	}
	for _, o := range f.of(file) {
		from, words := o.from(g)
		*o.to = nil
		if text, ok := texts[from]; ok {
			*o.to = value(text, words)
		}
		if *o.to != nil && o.convert != nil && g.at(o.controller).version == 1 {
			*o.to = o.convert(**o.to)
		}
	}
	return nil
}

// missing reports whether a file is not there because this kernel does not have it, or
// because the group does not have the controller.
func missing(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.EOPNOTSUPP)
}

// microseconds are what version 2 counts in; version 1 counts in nanoseconds.
func microseconds(nanoseconds uint64) *uint64 {
	n := nanoseconds / 1000
	return &n
}

// weight is what version 1 calls shares, of which everybody has 1024.
func weight(shares uint64) *uint64 {
	n := (shares*100 + 512) / 1024
	return &n
}

// besidesMemory is what is left for swap of a limit that version 1 has for both.
func (f *Figures) besidesMemory(both uint64) *uint64 {
	if f.Memory.MaxBytes == nil || both < *f.Memory.MaxBytes {
		return nil
	}
	n := both - *f.Memory.MaxBytes
	return &n
}
