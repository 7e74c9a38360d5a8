package cgroup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A branch is a group as --tree shows it, in one tree.
type branch struct {
	Path      string   `json:"path"` // below the top of the tree
	Ours      bool     `json:"ours"` // we are in it
	Processes *uint64  `json:"processes"`
	Limits    limits   `json:"limits"`
	Type      string   `json:"type,omitempty"`           // in version 2: whether it is for processes or for threads
	Has       []string `json:"controllers,omitzero"`     // that it has
	Enables   []string `json:"subtree_control,omitzero"` // that the groups in it have
}

// A picture is a tree with all its groups, those below a group after it.
type picture struct {
	Version     int      `json:"version"`
	Mount       string   `json:"mount"`
	Controllers []string `json:"controllers"`
	Groups      []branch `json:"groups"`
}

// grow takes a group into the picture, and those below it.
func (p *picture) grow(t *tree, dir string) error {
	b, err := branchAt(t, dir)
	if err != nil && (len(p.Groups) == 0 || absent(err)) {
		return err
	}
	p.Groups = append(p.Groups, b)
	if err != nil {
		return nil // what is in it is not for us; it is there, though
	}
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		// A group that is removed while we look is no longer there to be shown.
		if err := p.grow(t, filepath.Join(dir, entry.Name())); err != nil && !absent(err) {
			return err
		}
	}
	return err
}

// branchAt looks at one group.
func branchAt(t *tree, dir string) (b branch, err error) {
	b = branch{Path: "/" + strings.Trim(strings.TrimPrefix(dir, t.top), "/"), Ours: dir == t.own}
	processes, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	switch {
	case err == nil:
		n := uint64(strings.Count(string(processes), "\n"))
		b.Processes = &n
	case !errors.Is(err, unix.EOPNOTSUPP): // as in a group for threads, which has no processes
		return b, err
	}
	if t.version == 2 {
		b.Type = strings.Join(words(dir, "cgroup.type"), " ")
		b.Has, b.Enables = words(dir, "cgroup.controllers"), words(dir, "cgroup.subtree_control")
	}
	b.Limits, err = limitsOf(&group{places: []*place{{tree: t, dir: dir}}})
	return b, err
}

// absent is the error of a group that was removed while we looked.
func absent(err error) bool { return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENODEV) }

// limits are the limits of a group, and no other figures.
type limits struct {
	MemoryMaxBytes  *uint64 `json:"memory_max_bytes,omitempty"`
	MemoryHighBytes *uint64 `json:"memory_high_bytes,omitempty"`
	SwapMaxBytes    *uint64 `json:"swap_max_bytes,omitempty"`
	CPUQuotaUsec    *uint64 `json:"cpu_quota_usec,omitempty"`
	CPUPeriodUsec   *uint64 `json:"cpu_period_usec,omitempty"`
	PidsMax         *uint64 `json:"pids_max,omitempty"`
	IOMax           disks   `json:"io_max,omitempty"`

	cpus string
}

func limitsOf(g *group) (l limits, err error) {
	f := &Figures{}
	for _, file := range strings.Fields("memory.max memory.high memory.swap.max cpu.max pids.max io.max") {
		if err := f.read(g, file); err != nil {
			return l, err
		}
	}
	l = limits{
		MemoryMaxBytes: f.Memory.MaxBytes, MemoryHighBytes: f.Memory.HighBytes, SwapMaxBytes: f.Memory.SwapMaxBytes,
		PidsMax: f.Pids.Max, IOMax: f.IO.Max, cpus: f.cpus(),
	}
	if f.CPU.QuotaUsec != nil {
		l.CPUQuotaUsec, l.CPUPeriodUsec = f.CPU.QuotaUsec, f.CPU.PeriodUsec
	}
	return l, nil
}

// String is the limits as people read them, or none.
func (l limits) String() string {
	var set []string
	for _, limit := range [][2]string{
		{"memory", bytes(l.MemoryMaxBytes)},
		{"high", bytes(l.MemoryHighBytes)},
		{"swap", bytes(l.SwapMaxBytes)},
		{"cpus", l.cpus},
		{"pids", count(l.PidsMax)},
	} {
		if limit[1] != none {
			set = append(set, limit[0]+" "+limit[1])
		}
	}
	for _, disk := range l.IOMax {
		set = append(set, "disk "+disk.Device)
	}
	if set == nil {
		return none
	}
	return strings.Join(set, ", ")
}
