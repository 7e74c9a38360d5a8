package cgroup

import (
	"os"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// Limit puts a program, or a process that runs, into a control group with limits,
// and tells what it used. Sizes are bytes, rates are per second, processors may be
// parts of one.
type Limit struct {
	Memory     argv.Size `short:"m" placeholder:"SIZE" help:"Memory, page cache included. Beyond it the group's processes are killed."`
	MemoryHigh argv.Size `placeholder:"SIZE" help:"Memory beyond which the group is slowed down, and killed never."`
	Swap       *Bytes    `placeholder:"SIZE" help:"Swap space, beside the memory; 0 for none. On version 1 it needs --memory."`
	OomGroup   bool      `help:"When memory runs out, kill all processes of the group."`
	CPUs       CPUs      `name:"cpus" placeholder:"N" help:"Processors, such as 0.5 or 2."`
	CPUWeight  int       `name:"cpu-weight" placeholder:"N" help:"Share of contended processors, 1 to 10000; 100 is that of other groups."`
	CpusetCpus string    `placeholder:"LIST" help:"Processors to run on, such as 0-2,4."`
	CpusetMems string    `placeholder:"LIST" help:"Memory nodes to use."`
	Pids       int       `placeholder:"N" help:"Processes and threads. A fork of one more fails."`
	ReadBPS    []Rate    `name:"read-bps" sep:"none" placeholder:"DEV=SIZE" help:"Bytes read per second from a disk: its node, MAJ:MIN, or a path on it. Repeatable."`
	WriteBPS   []Rate    `name:"write-bps" sep:"none" placeholder:"DEV=SIZE" help:"Bytes written per second to a disk."`
	ReadIOPS   []Rate    `name:"read-iops" sep:"none" placeholder:"DEV=N" help:"Reads per second from a disk."`
	WriteIOPS  []Rate    `name:"write-iops" sep:"none" placeholder:"DEV=N" help:"Writes per second to a disk."`
	IoWeight   int       `placeholder:"N" help:"Share of a contended disk, 1 to 10000."`
	Hugetlb    []Huge    `sep:"none" placeholder:"PAGE=SIZE" help:"Memory in huge pages, such as 2M=64M. Repeatable."`
	Set        []Setting `sep:"none" placeholder:"FILE=VALUE" help:"Any other file of the group, such as memory.min=8M. Repeatable."`

	Where
	Verbs
	Report   *string `type:"optional" placeholder:"json" help:"When PROG has ended, print what the group used, on standard error; =json for programs."`
	ReportTo string  `placeholder:"FILE" help:"Write the report to FILE instead; /dev/fd/3 is descriptor 3."`

	chain.Next

	group  *group            // that it is about
	disks  map[string]string // the numbers of the devices that were named
	before Figures           // what the group counted before the program was there
	report *os.File          // where the report goes
}

// Where says which group.
type Where struct {
	Group        string `name:"name" placeholder:"NAME" help:"Name the group, and keep it when PROG has ended. If it is there already, join it."`
	CgroupParent string `placeholder:"PATH" help:"Make the group below this one, instead of ours: /a/b, from the top of the tree."`
	Pid          int    `placeholder:"PID" help:"Limit this process from now on, instead of a PROG, and return. Memory that it has already is not counted."`
}

func (l *Limit) Name() string { return "cg-limit" }

// Alone reports whether there is no program to start: something is done to a group,
// or the process to limit is named, or its state comes on standard input.
func (l *Limit) Alone() bool {
	argv, _ := l.Next.Program()
	return len(argv) == 0 || l.Pid != 0
}

// Lines records the group, then its limits, and then who comes into it.
func (l *Limit) Lines(r *recipe.Recipe) error {
	if l.Verbs.any() {
		return l.Verbs.lines(r)
	}
	t, err := l.target()
	if err != nil {
		return err
	}
	if err := l.Open(r); err != nil {
		return err
	}
	l.Limits(r)
	if t != nil {
		t.move(r, l.group)
		return nil
	}
	// The program is a child, and we are still there, outside the group, when it ends:
	// a group is not removed by itself.
	r.Clone3(0)
	r.Join()
	// Nobody would wait for a child that outlives us. When its parent dies, the kernel
	// now kills it.
	r.PrSetPdeathsig(unix.SIGKILL)
	// If the parent died a moment before, the kernel will say nothing. But then this
	// fails, and ends the child.
	r.TellParent()
	return nil
}

// Open records that the group is made, and that the next child comes into it.
func (l *Limit) Open(r *recipe.Recipe) error {
	g, err := l.plan(r.Dry)
	if err != nil {
		return err
	}
	l.group = g
	if g.found() {
		l.before = deaths(g)
	}
	if l.Report != nil {
		l.openReport(r)
	}
	for _, p := range g.places {
		p.make(r)
	}
	r.BornInto(g.birth())
	return nil
}

// Limits records what is written to the group's files.
func (l *Limit) Limits(r *recipe.Recipe) {
	g := l.group
	if l.Report != nil {
		g.count(r)
	}
	for _, a := range l.asked() {
		p := g.at(a.controller)
		for _, s := range a.in(p, l) {
			p.set(r, a.why, s)
		}
	}
	for _, s := range l.Set {
		// A file that has no option of its own.
		g.at(s.controller()).set(r, recipe.Here(), setting(s))
	}
}
