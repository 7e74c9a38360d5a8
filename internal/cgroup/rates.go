package cgroup

import (
	"slices"
	"strings"
)

// A rate is what a group may read and write of one disk in a second. What is nil has
// no limit.
type rate struct {
	Device     string  `json:"device"` // its numbers: 8:0
	ReadBytes  *uint64 `json:"read_bytes_per_sec"`
	WriteBytes *uint64 `json:"write_bytes_per_sec"`
	Reads      *uint64 `json:"reads_per_sec"`
	Writes     *uint64 `json:"writes_per_sec"`
}

// rateFiles are where version 1 has them: a file for each kind, in it a line for each
// disk. Version 2 has one file, and on the line of a disk each kind by its name.
var rateFiles = []struct{ two, one string }{
	{"rbps=", "blkio.throttle.read_bps_device"},
	{"wbps=", "blkio.throttle.write_bps_device"},
	{"riops=", "blkio.throttle.read_iops_device"},
	{"wiops=", "blkio.throttle.write_iops_device"},
}

// limits are the fields of a rate in the order of rateFiles.
func (r *rate) limits() [4]**uint64 {
	return [4]**uint64{&r.ReadBytes, &r.WriteBytes, &r.Reads, &r.Writes}
}

// ratePaths are the files of a group in which the rates stand.
func ratePaths(g *group) (paths []string) {
	p := g.at("io")
	switch {
	case p == nil:
	case p.version == 2:
		paths = append(paths, p.file("io.max"))
	default:
		for _, kind := range rateFiles {
			paths = append(paths, p.file(kind.one))
		}
	}
	return paths
}

// rates takes the limits out of the texts of those files, disk by disk.
func rates(g *group, texts map[string]string) (list disks) {
	for kind, path := range ratePaths(g) {
		for line := range strings.Lines(texts[path]) {
			if fields := strings.Fields(line); g.at("io").version == 2 {
				list.two(fields)
			} else {
				list.one(fields, kind)
			}
		}
	}
	return list
}

// disks are rates, one for each disk that has a limit.
type disks []rate

// two takes a line such as "8:0 rbps=1048576 wbps=max riops=max wiops=max".
func (d *disks) two(fields []string) {
	for kind, name := range rateFiles {
		if n := beside(fields, name.two); n != nil {
			*d.of(fields[0]).limits()[kind] = n
		}
	}
}

// one takes a line such as "8:0 1048576" of the file for a kind.
func (d *disks) one(fields []string, kind int) {
	if n := nth(fields, 2); n != nil {
		*d.of(fields[0]).limits()[kind] = n
	}
}

// of is the rate of a disk, which is added if it has none yet.
func (d *disks) of(device string) *rate {
	i := slices.IndexFunc(*d, func(r rate) bool { return r.Device == device })
	if i < 0 {
		i = len(*d)
		*d = append(*d, rate{Device: device})
	}
	return &(*d)[i]
}
