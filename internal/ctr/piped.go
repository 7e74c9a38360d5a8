package ctr

import (
	"errors"
	"reflect"
	"slices"

	"ctrkit/internal/argv"
	"ctrkit/internal/cgroup"
	"ctrkit/internal/chain"
	"ctrkit/internal/ns"
	"ctrkit/internal/recipe"
	"ctrkit/internal/veth"
)

// piped are the steps as tools make them one after another, where a container that is made in
// one process differs: what nobody asked for and cannot be had is left out, and a cable into a
// network that belongs to another user namespace is plugged in from outside of that.
func (c *Run) piped(steps []chain.Step) ([]chain.Step, error) {
	if limit, ok := steps[0].(*cgroup.Limit); ok && reflect.DeepEqual(c.Limits, Limits{}) {
		c.open(limit, recipe.New(c.Name()))
		if c.without != nil {
			steps = steps[1:]
		}
	}
	switch {
	case c.shifted() && len(c.Volume) > 0:
		return nil, &chain.Hinted{
			Err: errors.New("print: no pipeline has volumes whose owners are mapped: a tool that is outside of the user namespace would have " +
				"to hand them to one inside"),
			Hint: "leave out --volume, or --userns auto",
		}
	case c.shifted() && c.link != nil:
		c.plugInFromOutside(steps)
		steps = slices.DeleteFunc(steps, func(s chain.Step) bool { _, ok := s.(*veth.Link); return ok })
	}
	return steps, nil
}

// plugInFromOutside has the cable plugged in by a command that the tool runs which makes the
// namespaces.
func (c *Run) plugInFromOutside(steps []chain.Step) {
	for _, step := range steps {
		if unshare, ok := step.(*ns.Unshare); ok && step != chain.Step(c.around) {
			unshare.Net = new(string)
			unshare.With = argv.Quote(append([]string{c.link.Name()}, argv.Of(c.link)...)) + " >/dev/null"
		}
	}
}
