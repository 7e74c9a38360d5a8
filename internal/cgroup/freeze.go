package cgroup

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// freezer is where the group can be frozen.
func (g *group) freezer() (*place, error) {
	if p := g.at("freezer"); p != nil {
		return p, nil
	}
	return nil, &chain.Hinted{
		Err:  fmt.Errorf("freeze control group %s: it has no directory where the freezer is", g.name),
		Hint: "a group that was made with --name has one",
	}
}

// freeze records that the processes are stopped.
func (g *group) freeze(r *recipe.Recipe) error {
	p, err := g.freezer()
	if err != nil {
		return err
	}
	//doc:freeze
	// Its processes stop where they are, and do not know it. Unlike SIGSTOP, this can
	// neither be seen by their parents nor undone by them.
	p.set(r, recipe.Here(), p.frozen(true))
	p.waitFor(r, "frozen", p.freezesAtLast())
	return nil
}

// freezesAtLast reports whether all processes are frozen. With version 1, one that is born
// or asleep at the wrong moment is overlooked and the rest wait for it: so now and then
// they are thawed for a moment, and frozen anew.
func (p *place) freezesAtLast() func() bool {
	const often = 50
	looks := 0
	return func() bool {
		looks++
		if p.version == 1 && looks%often == 0 && !p.isFrozen() {
			p.write(p.frozen(false))
			p.write(p.frozen(true))
		}
		return p.isFrozen()
	}
}

// thaw records that they go on.
func (g *group) thaw(r *recipe.Recipe) error {
	p, err := g.freezer()
	if err != nil {
		return err
	}
	// Its processes go on where they were.
	p.set(r, recipe.Here(), p.frozen(false))
	p.waitFor(r, "thawed", func() bool { return !p.isFrozen() })
	return nil
}

// frozen is the setting that freezes a group, or thaws it.
func (p *place) frozen(on bool) setting {
	switch {
	case p.version == 2 && on:
		return setting{"cgroup.freeze", "1"}
	case p.version == 2:
		return setting{"cgroup.freeze", "0"}
	case on:
		return setting{"freezer.state", "FROZEN"}
	}
	return setting{"freezer.state", "THAWED"}
}

func (p *place) isFrozen() bool {
	if p.version == 2 {
		return slices.Contains(lines(p.dir, "cgroup.events"), "frozen 1")
	}
	// The file says FREEZING first, and only reading it brings it on.
	return slices.Equal(words(p.dir, "freezer.state"), []string{"FROZEN"})
}

// waitFor records that the group comes into a state, which takes a moment.
func (p *place) waitFor(r *recipe.Recipe, state string, reached func() bool) {
	// What was written is a wish. It is true when all processes have followed it.
	r.Outside(recipe.Outside{
		Name: "wait until " + state, Object: p.dir,
		Do: func(int) error {
			const patience, pause = 5000, 2 * time.Millisecond
			for range patience {
				if reached() {
					return nil
				}
				time.Sleep(pause)
			}
			return &chain.Hinted{Err: unix.ETIMEDOUT, Hint: "a process that waits for a device (state D in ps) can be neither frozen nor killed meanwhile"}
		},
	})
}

// kill records that all processes are killed.
func (g *group) kill(r *recipe.Recipe) error {
	if p := g.at("cgroup"); p != nil && exists(p.file("cgroup.kill")) {
		//doc:kill
		// The kernel kills all of them at once: none can escape by forking meanwhile.
		p.set(r, recipe.Here(), setting{"cgroup.kill", "1"})
		if f := g.at("freezer"); f != nil {
			// What is frozen cannot even die, and a group that was killed frozen would stay so.
			f.set(r, recipe.Here(), f.frozen(false))
		}
		p.waitFor(r, "empty", func() bool { return !p.populated() })
		return nil
	}
	p := g.at("freezer")
	if p == nil {
		p = g.places[0]
	}
	// Whoever forks faster than they are killed would go on for ever. So they are
	// frozen, killed, and thawed to die, until none is left.
	r.Outside(recipe.Outside{
		Name: "kill processes in", Object: p.dir, Same: fmt.Sprintf("kill -KILL $(cat %s)", p.file("cgroup.procs")),
		Do: func(int) error { return p.killAll() },
	})
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// killAll kills the processes of a group where the kernel cannot do it.
func (p *place) killAll() error {
	const patience, pause = 1000, 5 * time.Millisecond
	for range patience {
		p.write(p.frozen(true))
		for _, dir := range dirs(p.dir) {
			for _, word := range words(dir, "cgroup.procs") {
				if pid, err := strconv.Atoi(word); err == nil && pid > 0 {
					unix.Kill(pid, unix.SIGKILL)
				}
			}
		}
		p.write(p.frozen(false))
		if !p.populated() {
			return nil
		}
		time.Sleep(pause)
	}
	return unix.EBUSY
}

// write writes a setting that a group without the freezer does not have.
func (p *place) write(s setting) { write(p.file(s.file), s.value) }

// dissolve records that the group is removed from all trees.
func (g *group) dissolve(r *recipe.Recipe) error {
	for _, p := range g.places {
		if p.populated() {
			return &chain.Hinted{
				Err:  fmt.Errorf("remove control group %s: %w: there are processes in %s", g.name, unix.EBUSY, p.dir),
				Hint: "cg-limit --kill " + g.name + " ends them",
			}
		}
	}
	for _, p := range g.places {
		// A group that nobody is in can be removed like an empty directory; the kernel's
		// files in it do not count.
		r.Outside(recipe.Outside{
			Name: "remove group", Object: p.dir, Same: "rmdir " + p.dir,
			Do: func(int) error {
				if err := removeTree(p.dir); err != unix.ENOENT {
					return err
				}
				return nil
			},
		})
	}
	return nil
}
