// Package ctr composes the mechanisms into a container.
package ctr

import (
	"cmp"
	"embed"
	"slices"

	"ctrkit/internal/cgroup"
	"ctrkit/internal/chain"
	"ctrkit/internal/ns"
	"ctrkit/internal/priv"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("ctr", source) }

// Run is a container: the steps of the tools, in one child.
type Run struct {
	Hostname string `placeholder:"NAME" help:"Host name inside (ctr)."`
	Files
	Limits
	Privileges
	Print bool `help:"Print the pipeline of tools that makes the same container, and run nothing."`
	chain.Next

	limit   *cgroup.Limit // the limits, once they are recorded
	without error         // why there are none, though there should be
}

func (c *Run) Name() string { return "ctr-run" }

// Program is looked up in the container. Without one it is a shell.
func (c *Run) Program() ([]string, chain.Root) {
	argv, _ := c.Next.Program()
	if len(argv) == 0 {
		argv = []string{"/bin/sh"}
	}
	return argv, chain.NewRoot
}

// steps is the container, outermost first. --print renders exactly this list.
func (c *Run) steps() []chain.Step {
	at := c.mountPoint()
	steps := []chain.Step{
		&ns.Unshare{All: true, Hostname: cmp.Or(c.Hostname, "ctr"), Sysctl: c.sysctls()},
		c.tree(at, c.Privileged),
		c.pivot(at, c.Privileged),
		c.drop(),
	}
	if limit := c.Limits.step(); limit != nil {
		steps = slices.Insert(steps, 0, chain.Step(limit))
	}
	return steps
}

// Check checks every step.
func (c *Run) Check() error {
	if err := cmp.Or(c.Files.check(), c.Limits.check()); err != nil {
		return err
	}
	for _, step := range c.steps() {
		if err := step.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Lines is the recipes of the steps, one after another. Only the limits are in two
// parts: the container is born in its group, and limited when it is complete, so that
// what we do ourselves takes nothing from it.
func (c *Run) Lines(r *recipe.Recipe) error {
	defer r.As(c.Name())
	for _, step := range c.steps() {
		lines := step.Lines
		switch step := step.(type) {
		case *cgroup.Limit:
			lines = func(r *recipe.Recipe) error { return c.open(step, r) }
		case *priv.Drop:
			c.close(r)
		}
		r.As(step.Name())
		if err := lines(r); err != nil {
			return err
		}
	}
	if c.Privileged {
		// What is given up is told at its line. What is not is told here, at the last one.
		r.Last().Noting(c.notDone)
	}
	return nil
}
