package cgroup

import (
	"fmt"
	"strconv"
)

// none is what people read where there is no figure, or no limit.
const none = "-"

// bytes is an amount in the unit that leaves it between 1 and 1024.
func bytes(n *uint64) string {
	if n == nil {
		return none
	}
	const units = "KMGTPE"
	amount, unit := float64(*n), -1
	for amount >= 1024 && unit < len(units)-1 {
		amount /= 1024
		unit++
	}
	if unit < 0 {
		return fmt.Sprintf("%d B", *n)
	}
	return fmt.Sprintf("%.1f %ciB", amount, units[unit])
}

// seconds is a time that was counted in microseconds.
func seconds(usec *uint64) string {
	if usec == nil {
		return none
	}
	switch n := *usec; {
	case n == 0:
		return "0 s"
	case n < 1000:
		return fmt.Sprintf("%d us", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f ms", float64(n)/1e3)
	}
	return fmt.Sprintf("%.2f s", float64(*usec)/1e6)
}

func count(n *uint64) string {
	if n == nil {
		return none
	}
	return strconv.FormatUint(*n, 10)
}

func perSecond(text string) string {
	if text == none {
		return none
	}
	return text + "/s"
}

// processors is the limit of processor time, as a number of processors.
func (f *Figures) processors() *float64 {
	quota, period := f.CPU.QuotaUsec, f.CPU.PeriodUsec
	if quota == nil || period == nil || *period == 0 {
		return nil
	}
	n := float64(*quota) / float64(*period)
	return &n
}

// cpus is that limit as people read it.
func (f *Figures) cpus() string {
	n := f.processors()
	if n == nil {
		return none
	}
	return short(*n)
}
