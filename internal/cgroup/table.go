package cgroup

import (
	"strconv"
	"strings"

	"ctrkit/internal/recipe"
)

// A row is one option, and what it is in each version of the interface.
type row struct {
	why        recipe.Place // the comment above the row
	option     string
	controller string // as version 2 calls it
	values     func(l *Limit) []string
	two, one   column
}

// A column turns a value, which is written as version 2 has it, into what is
// written to which files. Nil is what a version does not have.
type column func(l *Limit, value string) []setting

// A setting is what is written to a file of a group.
type setting struct{ file, value string }

// table is both worlds. The options are columns of the man pages as well: see the
// kernel's admin-guide/cgroup-v2.rst, and admin-guide/cgroup-v1 and
// scheduler/sched-bwc.rst for version 1.
var table = []row{
	// Above this the kernel takes back what memory it can from the group, and then
	// kills one of its processes.
	{recipe.Here(), "--memory", "memory", memory, to("memory.max"), memoryOne},
	// Above this the kernel slows the group down and takes memory back, but kills nobody.
	{recipe.Here(), "--memory-high", "memory", memoryHigh, to("memory.high"), nil},
	// How much of the group's memory may lie in swap space. Version 1 limits the sum
	// of both instead.
	{recipe.Here(), "--swap", "memory", swap, to("memory.swap.max"), swapOne},
	// When memory runs out, all processes of the group are killed and not just one:
	// half a service is often worse than none.
	{recipe.Here(), "--oom-group", "memory", oomGroup, to("memory.oom.group"), nil},
	// In every period of a tenth of a second the group may run for this long, on all
	// processors together. Then it waits for the next one.
	{recipe.Here(), "--cpus", "cpu", cpus, quota, quotaOne},
	// Its share of a processor that others want too: 100 is the share of a group that
	// was not told. While nobody else wants it, it gets all.
	{recipe.Here(), "--cpu-weight", "cpu", cpuWeight, to("cpu.weight"), shares},
	// The processors that it may run on.
	{recipe.Here(), "--cpuset-cpus", "cpuset", cpusetCPUs, to("cpuset.cpus"), to("cpuset.cpus")},
	// The memory nodes that it may take memory from.
	{recipe.Here(), "--cpuset-mems", "cpuset", cpusetMems, to("cpuset.mems"), to("cpuset.mems")},
	// How many processes and threads there may be. A fork of one more fails with
	// EAGAIN.
	{recipe.Here(), "--pids", "pids", pids, to("pids.max"), to("pids.max")},
	// What it may read from a disk in a second. Beyond that, reads wait. What is in the
	// page cache already is not read from the disk.
	{recipe.Here(), "--read-bps", "io", perDisk(readBPS), ioMax("rbps"), throttle("read_bps")},
	// What it may write to a disk in a second. Writes that only reach the page cache are
	// free; version 2 charges them to the group later, version 1 never does.
	{recipe.Here(), "--write-bps", "io", perDisk(writeBPS), ioMax("wbps"), throttle("write_bps")},
	// How many reads of a disk in a second, of whatever size.
	{recipe.Here(), "--read-iops", "io", perDisk(readIOPS), ioMax("riops"), throttle("read_iops")},
	// How many writes to a disk in a second, of whatever size.
	{recipe.Here(), "--write-iops", "io", perDisk(writeIOPS), ioMax("wiops"), throttle("write_iops")},
	// Its share of a disk that others want too. It counts only where the disk has a
	// scheduler that knows shares.
	{recipe.Here(), "--io-weight", "io", ioWeight, to("io.weight"), to("blkio.bfq.weight")},
	// How much memory in huge pages of one size. A process that maps more is killed
	// when it touches it.
	{recipe.Here(), "--hugetlb", "hugetlb", hugetlb, huge("max"), huge("limit_in_bytes")},
}

// to writes the value as it is.
func to(file string) column {
	return func(_ *Limit, value string) []setting { return []setting{{file, value}} }
}

// memoryOne keeps the sum of memory and swap, which version 1 limits too, out of
// the way: it can never be less than the limit of memory.
func memoryOne(l *Limit, value string) []setting {
	limit := setting{"memory.limit_in_bytes", value}
	if l.Swap == nil {
		return []setting{limit}
	}
	return []setting{{"memory.memsw.limit_in_bytes", "-1"}, limit}
}

func swapOne(l *Limit, _ string) []setting {
	return []setting{{"memory.memsw.limit_in_bytes", strconv.FormatUint(uint64(l.Memory)+uint64(*l.Swap), 10)}}
}

func quota(_ *Limit, value string) []setting {
	return []setting{{"cpu.max", value + " " + strconv.Itoa(period)}}
}

func quotaOne(_ *Limit, value string) []setting {
	return []setting{{"cpu.cfs_period_us", strconv.Itoa(period)}, {"cpu.cfs_quota_us", value}}
}

// shares are the weight of version 1, where 1024 is the share of a group that was
// not told.
func shares(l *Limit, _ string) []setting {
	return []setting{{"cpu.shares", strconv.Itoa((l.CPUWeight*1024 + 50) / 100)}}
}

// ioMax is the file of version 2 for all rates of all disks.
func ioMax(key string) column {
	return func(_ *Limit, value string) []setting {
		device, rate, _ := strings.Cut(value, " ")
		return []setting{{"io.max", device + " " + key + "=" + rate}}
	}
}

// throttle is the file of version 1 for one rate.
func throttle(what string) column { return to("blkio.throttle." + what + "_device") }

// huge is a file that has the size of a page in its name.
func huge(what string) column {
	return func(_ *Limit, value string) []setting {
		size, limit, _ := strings.Cut(value, " ")
		return []setting{{"hugetlb." + size + "." + what, limit}}
	}
}
