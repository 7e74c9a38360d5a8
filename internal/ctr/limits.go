package ctr

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/cgroup"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// Limits are the limits of a container, as docker run has them.
type Limits struct {
	Memory          argv.Size     `short:"m" placeholder:"SIZE" help:"Memory, page cache included."`
	MemorySwap      MemorySwap    `placeholder:"SIZE" help:"Memory and swap space together; -1 for any amount."`
	CPUs            cgroup.CPUs   `name:"cpus" placeholder:"N" help:"Processors, such as 0.5 or 2."`
	CPUWeight       int           `name:"cpu-weight" placeholder:"N" help:"Share of contended processors, 1 to 10000; 100 is that of other groups."`
	CpusetCpus      string        `placeholder:"LIST" help:"Processors to run on, such as 0-2,4."`
	PidsLimit       *int          `placeholder:"N" help:"Processes and threads (2048); -1 for any number."`
	DeviceReadBPS   []DeviceLimit `name:"device-read-bps" sep:"none" placeholder:"DEV:SIZE" help:"Bytes read per second from a disk. Repeatable."`
	DeviceWriteBPS  []DeviceLimit `name:"device-write-bps" sep:"none" placeholder:"DEV:SIZE" help:"Bytes written per second to a disk."`
	DeviceReadIOPS  []DeviceLimit `name:"device-read-iops" sep:"none" placeholder:"DEV:N" help:"Reads per second from a disk."`
	DeviceWriteIOPS []DeviceLimit `name:"device-write-iops" sep:"none" placeholder:"DEV:N" help:"Writes per second to a disk."`
	CgroupParent    string        `placeholder:"PATH" help:"Control group to make that of the container in: /a/b, from the top of the tree."`
	Report          *string       `type:"optional" placeholder:"json" help:"When PROG has ended, print what the container used; =json for programs."`
}

// manyProcesses is what no program needs, and a fork bomb reaches at once.
const manyProcesses = 2048

// step is the limits as cg-limit has them, or nil if there are none.
func (l *Limits) step() *cgroup.Limit {
	limit := &cgroup.Limit{
		Memory: l.Memory, CPUs: l.CPUs, CPUWeight: l.CPUWeight, CpusetCpus: l.CpusetCpus,
		Pids:    manyProcesses,
		ReadBPS: rates(l.DeviceReadBPS), WriteBPS: rates(l.DeviceWriteBPS),
		ReadIOPS: rates(l.DeviceReadIOPS), WriteIOPS: rates(l.DeviceWriteIOPS),
		Report: l.Report,
	}
	limit.CgroupParent = l.CgroupParent
	if l.PidsLimit != nil {
		limit.Pids = max(0, *l.PidsLimit)
	}
	if l.MemorySwap > 0 {
		swap := cgroup.Bytes(l.MemorySwap) - cgroup.Bytes(l.Memory)
		limit.Swap = &swap
	}
	if limit.Idle() {
		return nil
	}
	return limit
}

// open records the group of the container. The limit that nobody asked for is not
// worth a refusal: where groups cannot be made, as in a container, those outside hold.
func (c *Run) open(limit *cgroup.Limit, r *recipe.Recipe) error {
	err := limit.Open(r)
	if err != nil && reflect.DeepEqual(c.Limits, Limits{}) {
		c.without = err
		return nil
	}
	c.limit = limit
	return err
}

// Ended tells what the container used.
func (c *Run) Ended(status unix.WaitStatus, talk chain.Talk) error {
	if c.limit == nil {
		return nil
	}
	return c.limit.Account(c.Name(), status, talk)
}

// check wants what docker run wants.
func (l *Limits) check() error {
	switch {
	case l.MemorySwap != 0 && l.Memory == 0:
		return &chain.Hinted{Err: errors.New("limit memory and swap: without --memory there is nothing that swap would be added to"), Hint: "add --memory"}
	case l.MemorySwap > 0 && uint64(l.MemorySwap) < uint64(l.Memory):
		return errors.New("limit memory and swap: --memory-swap is the sum of both, and less than --memory")
	case l.PidsLimit != nil && (*l.PidsLimit < -1 || *l.PidsLimit == 0):
		return fmt.Errorf("limit processes to %d: write -1 for any number", *l.PidsLimit)
	}
	return nil
}

// MemorySwap is a size, or -1 for no limit.
type MemorySwap int64

func (m MemorySwap) MarshalText() ([]byte, error) {
	if m < 0 {
		return []byte("-1"), nil
	}
	return argv.Size(m).MarshalText()
}

func (m *MemorySwap) UnmarshalText(text []byte) error {
	if string(text) == "-1" {
		*m = -1
		return nil
	}
	var size argv.Size
	err := size.UnmarshalText(text)
	*m = MemorySwap(size)
	return err
}

// A DeviceLimit is a rate of a disk, with a colon where cg-limit has an equals sign.
type DeviceLimit cgroup.Rate

func (d DeviceLimit) MarshalText() ([]byte, error) {
	rate, err := d.Rate.MarshalText()
	return []byte(d.Device + ":" + string(rate)), err
}

func (d *DeviceLimit) UnmarshalText(text []byte) error {
	i := strings.LastIndexByte(string(text), ':')
	if i <= 0 {
		return fmt.Errorf("%s is no rate: write DEV:RATE, such as /dev/sda:1M", strconv.Quote(string(text)))
	}
	d.Device = string(text[:i])
	return d.Rate.UnmarshalText(text[i+1:])
}

func rates(limits []DeviceLimit) (list []cgroup.Rate) {
	for _, limit := range limits {
		list = append(list, cgroup.Rate(limit))
	}
	return list
}
