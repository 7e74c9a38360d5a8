package ctr

import (
	"ctrkit/internal/chain"
	"ctrkit/internal/ns"
	"ctrkit/internal/recipe"
	"ctrkit/internal/root"
)

// yard is the step that makes the mount namespace in which the union of a shifted container
// is made, by root of the machine. The files of its layers belong to root and its users, and
// inside nobody would be them. Nothing is changed on the disk: the union has them by mounts
// that show other owners, and nobody else can make those.
func (c *Run) yard() *ns.Unshare {
	c.around = &ns.Unshare{}
	c.around.Mount = new(string)
	return c.around
}

// shiftVolumes makes the owners of files in volumes those whom they are inside.
func (c *Run) shiftVolumes(pivot *root.Pivot) {
	for i := range pivot.Bind {
		if c.shifted() && len(pivot.Bind[i].Maps) == 0 {
			pivot.Bind[i].Maps = c.ids
		}
	}
}

// holdVolumes takes hold of volumes before the user namespace is made, in which nobody can
// say that files belong to others.
func (c *Run) holdVolumes(r *recipe.Recipe, steps []chain.Step, next int) error {
	if !c.shifted() || next+1 == len(steps) {
		return nil
	}
	pivot, ok := steps[next+1].(*root.Pivot)
	if !ok {
		return nil
	}
	defer r.As(steps[next].Name())
	r.As(pivot.Name())
	return pivot.Hold(r)
}
