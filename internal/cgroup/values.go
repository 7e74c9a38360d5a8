package cgroup

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"ctrkit/internal/argv"
)

// Bytes is a size that may be 0.
type Bytes uint64

func (b Bytes) MarshalText() ([]byte, error) { return argv.Size(b).MarshalText() }

func (b *Bytes) UnmarshalText(text []byte) error {
	if string(text) == "0" {
		*b = 0
		return nil
	}
	return (*argv.Size)(b).UnmarshalText(text)
}

// period is that of the quota of processor time, in microseconds.
const period = 100_000

// CPUs is a number of processors, counted in parts of 1/100,000: the microseconds
// of processor time in a period.
type CPUs int64

func (c CPUs) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatFloat(float64(c)/period, 'f', -1, 64)), nil
}

func (c *CPUs) UnmarshalText(text []byte) error {
	const most, least = 10_000, 1000 // processors, and microseconds: the kernel takes no fewer
	n, err := strconv.ParseFloat(string(text), 64)
	switch {
	case err != nil || math.IsNaN(n) || strings.ContainsAny(string(text), "xXpP_"):
		return fmt.Errorf("%q is no number of processors: write 0.5 or 2", text)
	case n <= 0 || n > most:
		return fmt.Errorf("%q processors are not between 0.01 and %d", text, most)
	case math.Round(n*period) < least:
		return fmt.Errorf("%q processors are less than the 0.01 that the kernel can count", text)
	}
	*c = CPUs(math.Round(n * period))
	return nil
}

// A Rate is a limit for a disk, per second.
type Rate struct {
	Device string
	Rate   argv.Size
}

func (r Rate) MarshalText() ([]byte, error) {
	rate, err := r.Rate.MarshalText()
	return []byte(r.Device + "=" + string(rate)), err
}

func (r *Rate) UnmarshalText(text []byte) error {
	i := strings.LastIndexByte(string(text), '=')
	if i <= 0 {
		return fmt.Errorf("%q is no rate: write DEV=RATE, such as /dev/sda=1M", text)
	}
	r.Device = string(text[:i])
	return r.Rate.UnmarshalText(text[i+1:])
}

// Huge is a limit for huge pages of one size.
type Huge struct{ Page, Limit argv.Size }

func (h Huge) MarshalText() ([]byte, error) {
	page, _ := h.Page.MarshalText()
	limit, _ := h.Limit.MarshalText()
	return []byte(string(page) + "=" + string(limit)), nil
}

func (h *Huge) UnmarshalText(text []byte) error {
	page, limit, ok := strings.Cut(string(text), "=")
	if !ok {
		return fmt.Errorf("%q is no limit of huge pages: write PAGE=SIZE, such as 2M=64M", text)
	}
	// The kernel writes 2MB where we write 2M.
	if err := h.Page.UnmarshalText([]byte(strings.TrimSuffix(page, "B"))); err != nil {
		return err
	}
	return h.Limit.UnmarshalText([]byte(limit))
}

// A Setting is a file of a group, and what is to be written to it.
type Setting setting

func (s Setting) MarshalText() ([]byte, error) { return []byte(s.file + "=" + s.value), nil }

func (s *Setting) UnmarshalText(text []byte) error {
	file, value, ok := strings.Cut(string(text), "=")
	s.file, s.value = file, value
	switch {
	case !ok || value == "":
		return fmt.Errorf("%q is no setting: write FILE=VALUE, such as memory.min=8M", text)
	case strings.ContainsAny(file, "/\x00") || strings.HasPrefix(file, ".") || !strings.Contains(strings.Trim(file, "."), "."):
		return fmt.Errorf("%q is no file of a control group: write CONTROLLER.NAME", file)
	case slices.Contains([]string{"cgroup.procs", "cgroup.threads", "cgroup.kill", "cgroup.freeze", "freezer.state"}, file):
		return errors.New(file + " is no limit, and would be written before the program is there")
	}
	return nil
}

// controller is the one that a file belongs to, as version 2 calls it.
func (s Setting) controller() string {
	name, _, _ := strings.Cut(s.file, ".")
	if name == "blkio" {
		return "io"
	}
	return name
}
