package cgroup

import (
	"strings"

	"ctrkit/internal/recipe"
)

// reads records that the figures of a group are read, file by file.
func (f *Figures) reads(r *recipe.Recipe, g *group) {
	f.readsMemory(r, g)
	f.readsProcessors(r, g)
	f.readsDisks(r, g)
	f.readsProcesses(r, g)
	f.readsPressure(r, g)
}

func (f *Figures) readsMemory(r *recipe.Recipe, g *group) {
	//doc:figures
	// Memory is counted for the group whose process touched it first. The kernel's
	// copies of the files that it used are counted too, so this is more than the
	// processes themselves have.
	r.Outside(f.reading(g, "memory.current"))
	// The most that it ever was: what a limit would have had to allow. In version 2
	// the file is there since Linux 5.19.
	r.Outside(f.reading(g, "memory.peak"))
	// At this limit the kernel first drops copies of files, and when that is not
	// enough, it kills. A group of version 2 has the file only if the group above it
	// enables the memory controller for its children.
	r.Outside(f.reading(g, "memory.max"))
	// Above this limit processes are slowed down and none is killed. Version 1 has
	// nothing like it.
	r.Outside(f.reading(g, "memory.high"))
	// What was moved out to disk is no longer counted as memory.
	r.Outside(f.reading(g, "memory.swap.current"))
	// Version 2 limits swap by itself. Version 1 limits memory and swap together, and
	// what is left for swap is the difference.
	r.Outside(f.reading(g, "memory.swap.max"))
	// A program that the kernel killed cannot say why. This count tells it from one
	// that somebody else killed.
	r.Outside(f.reading(g, "memory.events"))
}

func (f *Figures) readsProcessors(r *recipe.Recipe, g *group) {
	// Time on all processors together, in programs and in the kernel for them. A group
	// that used up its quota before the end of a period was throttled: it waited for
	// the next period.
	r.Outside(f.reading(g, "cpu.stat"))
	// The quota is the time that a group may use in each period. Half a period is half
	// a processor, even if it is taken in small pieces on all of them.
	r.Outside(f.reading(g, "cpu.max"))
	// The weight counts only while more want to run than there are processors. A group
	// that is alone gets everything, however little it weighs.
	r.Outside(f.reading(g, "cpu.weight"))
}

func (f *Figures) readsDisks(r *recipe.Recipe, g *group) {
	// What really went to and from disks: a file of which the kernel has a copy is
	// read without them. Version 1 may know of a disk only once a limit was set for it,
	// and does not know who caused what the kernel writes later.
	r.Outside(f.reading(g, "io.stat"))
	// A limit for disks is one for each disk, which is named by its numbers.
	r.Outside(f.reading(g, "io.max"))
}

func (f *Figures) readsProcesses(r *recipe.Recipe, g *group) {
	// Processes and their threads, which the kernel numbers alike.
	r.Outside(f.reading(g, "pids.current"))
	// The most that there ever were. In version 2 the file is there since Linux 6.1.
	r.Outside(f.reading(g, "pids.peak"))
	// At this limit nobody is killed, but fork(2) fails with EAGAIN.
	r.Outside(f.reading(g, "pids.max"))
	// How often that happened.
	r.Outside(f.reading(g, "pids.events"))
}

func (f *Figures) readsPressure(r *recipe.Recipe, g *group) {
	// Pressure is time lost: some, or all, of the processes could have gone on, and
	// waited for a processor instead. Only version 2 keeps this for groups.
	r.Outside(f.reading(g, "cpu.pressure"))
	// Here they waited for memory that had to be won back first. A group that is too
	// small shows here before anything is killed.
	r.Outside(f.reading(g, "memory.pressure"))
	// And here for disks.
	r.Outside(f.reading(g, "io.pressure"))
}

// reading is the work of reading the figures that version 2 has in a file.
func (f *Figures) reading(g *group, file string) recipe.Outside {
	o := recipe.Outside{Name: "read", Do: func(int) error { return plainly(f.read(g, file)) }}
	if paths := strings.Join(f.paths(g, file), " "); paths != "" {
		o.Object, o.Same = paths, "cat "+paths
	} else {
		o.Object = "nothing for " + file + ", which this group does not have"
	}
	return o
}
