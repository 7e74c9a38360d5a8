package ctr

import (
	"errors"
	"fmt"

	"ctrkit/internal/recipe"
	"ctrkit/internal/veth"
)

// Running tells what is missing in the container that runs now, and what has become
// different for others.
func (c *Run) Running() (text string) {
	if c.without != nil {
		text += fmt.Sprintf("without a limit of %d processes: %v\n", manyProcesses, c.without)
	}
	switch {
	case c.offline == errOrdinary:
		text += fmt.Sprintf("without a network: %v: there is %s\n", c.offline, sharesIt)
	case c.offline != nil:
		text += fmt.Sprintf("without a network: %v\n", c.offline)
	}
	if c.single != nil {
		text += fmt.Sprintf("with one user id: no file can be given to another user, as apt does: %v%s\n", c.single, remedy(c.single))
	}
	if ordinary() && !c.own() {
		text += "with the machine's files: those of others, root's too, are nobody's here, and what is in their directories cannot be changed\n"
	}
	if c.nameless {
		text += "without a name server: the machine asks one of its own, which no container reaches: add --dns ADDRESS\n"
	}
	if c.nat != nil {
		text += c.nat.Running()
	}
	return text
}

// manyTries is how often somebody else may be faster.
const manyTries = 100

// unplugged is an error about the network that was met before anything was made.
type unplugged struct{ error }

func (u unplugged) Unwrap() error { return u.error }

// Again reports whether to begin anew after a failure: with another address, because
// somebody else was faster, or without the network that nobody asked for.
func (c *Run) Again(err error) bool {
	var failure *recipe.Failure
	ofNetwork := errors.As(err, new(unplugged)) ||
		c.link != nil && errors.As(err, &failure) && (failure.Step == c.link.Name() || failure.Step == c.nat.Name())
	switch {
	case c.refusedIDs(err):
		return true
	case c.link == nil:
		return false
	case errors.As(err, new(veth.Taken)) && len(c.IP) == 0:
		c.tries++
		return c.tries < manyTries
	case !c.asked() && ofNetwork:
		c.offline = err
		return true
	}
	return false
}
