package cgroup

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// birth says how a child comes into the group.
func (g *group) birth() *recipe.Birth {
	b := &recipe.Birth{}
	var files []string
	for _, p := range g.places {
		switch {
		case p.version == 1:
			files = append(files, p.file("tasks"))
		case p.found:
			// Linux 6.18 kills whoever is born in a group that was emptied by cgroup.kill.
			files = append(files, p.file("cgroup.procs"))
		default:
			b.Group = &p.fd
		}
	}
	b.Join = func(r *recipe.Recipe) {
		for _, file := range files {
			join(r, file)
		}
	}
	return b
}

// reachable says why our child cannot get to a group that was named: who moves a
// process of version 2 must be allowed to write in the group that is above both.
func (p *place) reachable(l *Limit, dry bool) error {
	if p.version == 1 || p.own == "" || dry || l.Alone() {
		return nil
	}
	above := p.own
	for !within(p.parent, above) {
		above = filepath.Dir(above)
	}
	file := filepath.Join(above, "cgroup.procs")
	if err := writable(file); err != nil {
		return &chain.Hinted{
			Err:  fmt.Errorf("move a process from %s to %s: write %s: %w", p.own, p.parent, file, err),
			Hint: "a user can move processes only inside of what is delegated to him: begin in a group in there",
		}
	}
	return nil
}

// join records that the child joins a group, before it has any other thread.
func join(r *recipe.Recipe, file string) {
	//doc:join
	// Who writes to this file is in the group from then on, and so are the children
	// that it will have.
	procs := r.Openat(file, unix.O_WRONLY|unix.O_CLOEXEC, "procs")
	// 0 stands for whoever writes it.
	r.Write(procs, "0")
	// The program has no use for the file.
	r.Close(procs)
}

// leave records that we step aside, where we are the only process of the group below
// which the new one is to be.
func (p *place) leave(r *recipe.Recipe) {
	missing := p.missing(p.parent, p.need)
	if p.version != 2 || len(missing) == 0 || isRoot(p.parent) || !onlyUs(p.parent) {
		return
	}
	aside := &place{tree: p.tree, parent: p.parent, dir: filepath.Join(p.parent, newName())}
	// A group that has a process cannot hand controllers on, and this one has us. So
	// we step aside, into a group of our own.
	r.Outside(recipe.Outside{
		Name: "step aside into", Object: aside.dir,
		Same: fmt.Sprintf("mkdir %s; echo $$ > %s", aside.dir, aside.file("cgroup.procs")),
		Do: func(int) error {
			err := aside.mkdir()
			if err == nil {
				err = write(aside.file("cgroup.procs"), "0")
			}
			return err
		},
		Undo:  func() error { return aside.back(missing) },
		Stays: p.kept(),
	})
}

// back undoes stepping aside. The controllers must be taken from the groups below
// before a process may be in this one again.
func (aside *place) back(missing []enabling) error {
	for _, e := range missing {
		if e.dir == aside.parent {
			write(filepath.Join(e.dir, "cgroup.subtree_control"), "-"+e.controller)
		}
	}
	if err := write(filepath.Join(aside.parent, "cgroup.procs"), "0"); err != nil {
		return nil // others use the controllers now; the next run collects the group
	}
	return aside.remove()
}

// move records that a process that runs is put into the group.
func (t *target) move(r *recipe.Recipe, g *group) {
	for _, p := range g.places {
		p.take(r, t.pid)
	}
	if t.state != nil {
		// Whoever comes next wants to know about the same container.
		r.Outside(recipe.Outside{
			Name: "pass on", Object: "state",
			Do: func(int) error { _, err := os.Stdout.Write(t.state); return err },
		})
	}
}

// take records that a process is moved here from outside, with all its threads.
func (p *place) take(r *recipe.Recipe, pid int) {
	file, before := p.file("cgroup.procs"), ""
	//doc:take
	// A process is moved by writing its pid. The children that it has already stay
	// where they are, and so does the memory that it is charged for.
	r.Outside(recipe.Outside{
		Name: fmt.Sprintf("move process %d to", pid), Object: p.dir, Same: fmt.Sprintf("echo %d > %s", pid, file),
		Do: func(int) error {
			before = p.of(pid)
			err := unmoved(write(file, fmt.Sprint(pid)))
			if err == nil && p.of(pid) != p.dir {
				err = unix.ESRCH // it had ended, and only waits to be asked how
			}
			return err
		},
		Undo:  func() error { return write(filepath.Join(before, "cgroup.procs"), fmt.Sprint(pid)) },
		Stays: true,
	})
}

// unmoved adds the remedy to the error of a process that cannot be moved.
func unmoved(err error) error {
	switch err {
	case unix.EINVAL:
		return &chain.Hinted{Err: err, Hint: "the kernel does not let its own threads be moved, nor processes with a real-time schedule"}
	case unix.EACCES, unix.EPERM:
		return &chain.Hinted{Err: err, Hint: "one may move one's own processes, between groups that are delegated to one: try sudo"}
	}
	return err
}

// of is the directory of the group that a process is in, in the same tree.
func (p *place) of(pid int) string {
	trees, _ := look(fmt.Sprint(pid))
	for _, t := range trees {
		if t.top == p.top {
			return t.own
		}
	}
	return ""
}
