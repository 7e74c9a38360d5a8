package cgroup

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// openReport records that the file for the report is opened, before anything is
// made: a report that cannot be written is not worth a run.
func (l *Limit) openReport(r *recipe.Recipe) {
	if l.ReportTo == "" {
		return
	}
	// A file that cannot be written should stop us now, and not after the program.
	r.Outside(recipe.Outside{
		Name: "open", Object: l.ReportTo,
		Do: func(int) (err error) {
			if fd, ok := descriptor(l.ReportTo); ok {
				fd, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
				l.report = os.NewFile(uintptr(fd), l.ReportTo)
				return err
			}
			l.report, err = os.OpenFile(l.ReportTo, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|unix.O_NONBLOCK, 0o644)
			return plainly(err)
		},
	})
}

// descriptor is the number of a descriptor that we were started with. To open such a
// name would begin a file of that descriptor anew.
func descriptor(name string) (fd int, ok bool) {
	switch name {
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	number, ok := strings.CutPrefix(name, "/dev/fd/")
	fd, err := strconv.Atoi(number)
	return fd, ok && err == nil
}

// count records that version 1 is made to count what disks do for the group.
func (g *group) count(r *recipe.Recipe) {
	p := g.at("io")
	if p == nil || p.version != 1 {
		return
	}
	devices, _ := filepath.Glob(blockDevices + "*")
	for _, device := range devices {
		if !exists(filepath.Join(device, "device")) {
			continue
		}
		// Version 1 counts what a disk does only where a limit was once set. 0 is none,
		// and enough.
		p.set(r, recipe.Here(), setting{"blkio.throttle.write_bps_device", filepath.Base(device) + " 0"})
	}
}

// Ended tells what the group used, when the program has ended and the group is still
// there.
func (l *Limit) Ended(status unix.WaitStatus, talk chain.Talk) error {
	return l.Account(l.Name(), status, talk)
}

// Account tells what the group used, under the name of a tool. If the program has
// failed, that may be because of a limit.
func (l *Limit) Account(tool string, status unix.WaitStatus, talk chain.Talk) error {
	// Only a limit of memory is deadly for others than PROG.
	if status != 0 || l.Memory != 0 || l.Report != nil {
		f := deaths(l.group)
		if text := l.died(&f); text != "" {
			fmt.Fprintf(talk.Err, "%s: hint: %s\n", tool, text)
		}
	}
	if l.group.livesOn() {
		fmt.Fprintf(talk.Err, "%s: hint: there are processes in the group still: cg-limit --kill %s ends them\n", tool, l.group.name)
	}
	if l.Report == nil {
		return nil
	}
	f := figures(l.group)
	var out io.Writer = talk.Err
	if l.report != nil {
		out = l.report
		defer l.report.Close()
	}
	print := f.table
	if *l.Report == "json" {
		print = f.json
	}
	if err := print(out); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// livesOn reports whether there are processes still in a group that was made for the
// program alone. Those that were to die with it take a moment.
func (g *group) livesOn() bool {
	const patience, pause = 10, 2 * time.Millisecond
	p := g.places[0]
	for range patience {
		if p.kept() || !p.populated() {
			return false
		}
		time.Sleep(pause)
	}
	return true
}

// The room that our own tools need in a group.
const (
	memoryOfTools argv.Size = 16 << 20
	pidsOfTools             = 24
)

// died says that a limit was deadly, or "".
func (l *Limit) died(f *Figures) string {
	argv, _ := l.Next.Program()
	ours := len(argv) > 0 && slices.Contains(chain.Tools, argv[0])
	killed := since(l.before.Memory.OOMKills, f.Memory.OOMKills)
	refused := since(l.before.Pids.Refused, f.Pids.Refused)
	switch {
	case killed > 0 && ours && l.Memory < memoryOfTools:
		return argv[0] + " and the tools after it need about 16 MiB themselves, and the group had no more memory"
	case killed > 0 && l.OomGroup:
		return "the memory of the group was used up, and the OOM killer killed all of its processes"
	case killed > 0:
		return fmt.Sprintf("the memory of the group was used up, and the OOM killer killed %d of its processes", killed)
	case refused > 0 && ours && l.Pids != 0 && l.Pids < pidsOfTools:
		return argv[0] + " and the tools after it need about 24 processes and threads themselves"
	}
	return ""
}

// deaths are the figures that tell whether a limit was deadly, and no others.
func deaths(g *group) (f Figures) {
	_ = f.read(g, "memory.events")
	_ = f.read(g, "pids.events")
	return f
}

// since is how much a figure has grown.
func since(before, now *uint64) uint64 {
	switch {
	case now == nil:
		return 0
	case before == nil:
		return *now
	}
	return *now - *before
}
