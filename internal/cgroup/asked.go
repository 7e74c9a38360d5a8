package cgroup

import (
	"fmt"
	"strconv"

	"ctrkit/internal/argv"
)

// An ask is a limit that was asked for.
type ask struct {
	row
	value string // as version 2 writes it
}

// asked is the part of the table that the command line asks for.
func (l *Limit) asked() (list []ask) {
	for _, row := range table {
		for _, value := range row.values(l) {
			list = append(list, ask{row, value})
		}
	}
	return list
}

// in is what is to be written in a place.
func (a ask) in(p *place, l *Limit) []setting {
	if p.version == 1 {
		return a.one(l, a.value)
	}
	return a.two(l, a.value)
}

// The values of the table's rows: none for an option that is not given.

func memory(l *Limit) []string     { return amount(uint64(l.Memory)) }
func memoryHigh(l *Limit) []string { return amount(uint64(l.MemoryHigh)) }
func cpus(l *Limit) []string       { return amount(uint64(l.CPUs)) }
func cpuWeight(l *Limit) []string  { return amount(uint64(l.CPUWeight)) }
func cpusetCPUs(l *Limit) []string { return word(l.CpusetCpus) }
func cpusetMems(l *Limit) []string { return word(l.CpusetMems) }
func pids(l *Limit) []string       { return amount(uint64(l.Pids)) }
func ioWeight(l *Limit) []string   { return amount(uint64(l.IoWeight)) }

func readBPS(l *Limit) []Rate   { return l.ReadBPS }
func writeBPS(l *Limit) []Rate  { return l.WriteBPS }
func readIOPS(l *Limit) []Rate  { return l.ReadIOPS }
func writeIOPS(l *Limit) []Rate { return l.WriteIOPS }

func amount(n uint64) []string {
	if n == 0 {
		return nil
	}
	return []string{strconv.FormatUint(n, 10)}
}

func word(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func swap(l *Limit) []string {
	if l.Swap == nil {
		return nil
	}
	return []string{strconv.FormatUint(uint64(*l.Swap), 10)}
}

func oomGroup(l *Limit) []string {
	if !l.OomGroup {
		return nil
	}
	return []string{"1"}
}

// rates are limits of disks, as numbers: 8:0 1048576.
func perDisk(of func(*Limit) []Rate) func(*Limit) []string {
	return func(l *Limit) (values []string) {
		for _, rate := range of(l) {
			values = append(values, fmt.Sprintf("%s %d", l.disks[rate.Device], rate.Rate))
		}
		return values
	}
}

// hugetlb are limits of huge pages, with the size of a page as the kernel writes it.
func hugetlb(l *Limit) (values []string) {
	for _, h := range l.Hugetlb {
		values = append(values, fmt.Sprintf("%s %d", pageSize(h.Page), h.Limit))
	}
	return values
}

func pageSize(size argv.Size) string {
	text, _ := size.MarshalText()
	return string(text) + "B"
}
