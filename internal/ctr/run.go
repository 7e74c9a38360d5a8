// Package ctr composes the mechanisms into a container.
package ctr

import (
	"cmp"
	"embed"
	"time"

	"ctrkit/internal/argv"
	"ctrkit/internal/cgroup"
	"ctrkit/internal/chain"
	"ctrkit/internal/nat"
	"ctrkit/internal/ns"
	"ctrkit/internal/priv"
	"ctrkit/internal/recipe"
	"ctrkit/internal/veth"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("ctr", source) }

// Run is a container: the steps of the tools, in one child.
type Run struct {
	Hostname string `short:"h" placeholder:"NAME" help:"Host name inside (ctr)."`
	Files
	Limits
	Privileges
	Network
	Sharing
	Environment
	Life
	Lesson
	chain.Next

	limit    *cgroup.Limit // the limits, once they are recorded
	without  error         // why there are none, though there should be
	ids      []argv.Map    // what the container's ids are outside, if files are shown by that
	around   *ns.Unshare   // the mount namespace in which files are shown by that
	single   error         // why the container has a single id
	link     *veth.Link    // the cable, once it is planned
	nat      *nat.Publish  // and the rules about its address
	offline  error         // why there is none, though there should be
	nameless bool          // no name server is known
	tries    int           // how often somebody else was faster
	environ  []string      // the environment of the program
	unshare  *ns.Unshare   // the namespaces, once they are recorded
	watch    *watch        // the time that was spent, if somebody wants to know
}

func (c *Run) Name() string { return "ctr-run" }

//doc:steps

// steps is the container, outermost first. --print renders exactly this list.
func (c *Run) steps() (steps []chain.Step, err error) {
	if err := cmp.Or(c.checkOthers(), c.plan()); err != nil {
		return nil, err
	}
	namespaces, err := c.namespaces()
	if err != nil {
		return nil, err
	}
	if limit := c.Limits.step(); limit != nil {
		steps = append(steps, limit)
	}
	at := c.mountPoint()
	pivot := c.pivot(at, c.Privileged)
	c.shiftVolumes(pivot)
	pivot.Bind = append(pivot.Bind, c.sharedMemory()...)
	if pivot.File, err = c.names(); err != nil {
		return nil, err
	}
	drop := c.drop()
	if drop.Env, err = c.environment(drop.Home()); err != nil {
		return nil, err
	}
	c.environ = drop.Env
	steps = append(steps, c.outer()...)
	tree := c.tree(at, c.Privileged)
	if c.shifted() {
		// Only root of the machine can show files as another's. So their union comes first.
		tree.Map = c.ids
		steps = append(steps, c.yard(), tree, namespaces, pivot, drop)
	} else {
		steps = append(steps, namespaces, tree, pivot, drop)
	}
	for _, step := range steps {
		if err := step.Check(); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

// Check checks what the options mean together. The steps check themselves.
func (c *Run) Check() error {
	return cmp.Or(c.Files.check(), c.Limits.check(), c.Network.check(), c.checkSharing(), c.Life.check(), c.checkHostname(), c.checkSysctls())
}

// Lines is the recipes of the steps, one after another, but that some are in two parts.
// The container is born in its group, and limited when it is complete, so that what we do
// ourselves takes nothing from it. A cable needs somebody to lead to, and rules an address.
// A machine that has become a router stays one, so that comes when nothing is left to be
// made.
func (c *Run) Lines(r *recipe.Recipe) error {
	began := time.Now()
	if err := c.stepThrough(r); err != nil {
		return err
	}
	steps, err := c.steps()
	if err != nil {
		return err
	}
	defer r.As(c.Name())
	defer c.setOff(r, began)
	for i, step := range steps {
		r.As(step.Name())
		if err := c.holdVolumes(r, steps, i); err != nil {
			return err
		}
		if err := c.lines(r, step); err != nil {
			return err
		}
	}
	if c.Privileged {
		// What is given up is told at its line. What is not is told here, at the last one.
		r.Last().Noting(c.notDone)
	}
	return nil
}

// complete records what is due outside when the container is complete, but for what it
// gives up: a filter of calls may forbid that it waits.
func (c *Run) complete(r *recipe.Recipe) {
	r.As(c.unshare.Name())
	c.unshare.Pidfile = c.Pidfile
	c.unshare.WritePid(r)
	if c.limit != nil {
		r.As(c.limit.Name())
		c.limit.Limits(r)
	}
	if c.nat != nil {
		r.As(c.nat.Name())
		c.nat.Forward(r)
		r.Rejoin("the network")
	}
}

// lines records a step, or its first part.
func (c *Run) lines(r *recipe.Recipe, step chain.Step) error {
	switch step := step.(type) {
	case *cgroup.Limit:
		return c.open(step, r)
	case *nat.Publish: // no rule leads to an address before it is ours
		return nil
	case *veth.Link:
		step.Open(r)
		return nil
	case *ns.Enter:
		return c.enter(r, step)
	case *ns.Unshare:
		if step == c.around {
			tie(step)
			return step.Lines(r)
		}
		return c.born(r, step)
	case *priv.Drop:
		c.complete(r)
		r.As(step.Name())
	}
	return step.Lines(r)
}
