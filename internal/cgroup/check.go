package cgroup

import (
	"errors"
	"fmt"
	"strings"

	"ctrkit/internal/chain"
)

// Check wants something to do, and values that the kernel can mean.
func (l *Limit) Check() error {
	argv, _ := l.Next.Program()
	switch {
	case l.Verbs.any():
		return l.checkVerbs(argv)
	case l.Pid != 0 && len(argv) > 0:
		return fmt.Errorf("limit process %d: it has a program already, so %s has no place here", l.Pid, argv[0])
	case l.Report != nil && *l.Report != "" && *l.Report != "json" && *l.Report != "text":
		return fmt.Errorf("report as %s: it is text or json", *l.Report)
	case l.ReportTo != "" && l.Report == nil:
		return &chain.Hinted{Err: errors.New("report to " + l.ReportTo + ": none is asked for"), Hint: "add --report, or --report=json"}
	case l.Idle():
		return &chain.Hinted{Err: errors.New("limit: nothing is limited"), Hint: "add --memory 64M and the like before PROG, or --report to count only"}
	}
	if err := l.checkGroup(); err != nil {
		return err
	}
	return l.checkValues()
}

// Idle reports whether nothing is limited, counted or kept.
func (l *Limit) Idle() bool {
	return len(l.asked()) == 0 && len(l.Set) == 0 && l.Report == nil && l.Group == ""
}

// checkVerbs wants nothing besides what is to be done.
func (l *Limit) checkVerbs(argv []string) error {
	if len(argv) > 0 || len(l.asked()) > 0 || len(l.Set) > 0 || l.Where != (Where{}) || l.Report != nil || l.ReportTo != "" {
		return errors.New("freeze, thaw, kill, remove: nothing else is done, so other options and programs have no place here")
	}
	return l.Verbs.check()
}

// checkGroup wants a name that is nobody else's.
func (l *Limit) checkGroup() error {
	switch {
	case l.Group == "":
		return l.checkParent()
	case strings.HasPrefix(l.Group, prefix):
		return fmt.Errorf("name control group %s: names that begin with %s are for groups that are removed by themselves", l.Group, prefix)
	case strings.Trim(l.Group, "0123456789") == "":
		return fmt.Errorf("name control group %s: it would be taken for a pid", l.Group)
	case len(l.Group) > 255 || strings.ContainsFunc(l.Group, func(r rune) bool { return r < ' ' || r == 127 }):
		return fmt.Errorf("name control group %.20q: no directory can be called that", l.Group)
	}
	if err := checkName(l.Group); err != nil {
		return err
	}
	return l.checkParent()
}

func (l *Limit) checkParent() error {
	for _, element := range strings.Split(l.CgroupParent, "/") {
		if element == ".." {
			return fmt.Errorf("make control group below %s: a path inside the tree has no .. in it", l.CgroupParent)
		}
	}
	return nil
}

// isList reports whether a text is a list of numbers and ranges.
func isList(text string) bool {
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isNumber(first) || isRange && !isNumber(last) {
			return false
		}
	}
	return true
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// checkValues wants limits in the ranges that both versions take.
func (l *Limit) checkValues() error {
	const heaviest, most = 10_000, 1 << 22 // the kernel's weights, and its PID_MAX_LIMIT
	const page = 4096
	switch {
	case l.CpusetCpus != "" && !isList(l.CpusetCpus):
		return fmt.Errorf("limit to processors %s: write a list such as 0-2,4", l.CpusetCpus)
	case l.CpusetMems != "" && !isList(l.CpusetMems):
		return fmt.Errorf("limit to memory nodes %s: write a list such as 0-2,4", l.CpusetMems)
	case l.CPUWeight < 0 || l.CPUWeight > heaviest:
		return fmt.Errorf("weigh processors %d: a weight is 1 to %d", l.CPUWeight, heaviest)
	case l.IoWeight < 0 || l.IoWeight > heaviest:
		return fmt.Errorf("weigh disks %d: a weight is 1 to %d", l.IoWeight, heaviest)
	case l.Pids < 0 || l.Pids > most:
		return fmt.Errorf("limit processes to %d: the kernel has 1 to %d", l.Pids, most)
	case l.Pid < 0:
		return fmt.Errorf("limit process %d: a pid is more than 0", l.Pid)
	case l.Memory != 0 && l.Memory < page, l.MemoryHigh != 0 && l.MemoryHigh < page:
		return &chain.Hinted{Err: fmt.Errorf("limit memory: less than a page of %d bytes is none", page), Hint: "sizes are bytes, and have a unit: 64M"}
	case l.MemoryHigh > l.Memory && l.Memory != 0:
		return errors.New("slow down beyond --memory-high: it is more than --memory, where the killing begins")
	}
	return nil
}
