package ctr

import (
	"strings"

	"ctrkit/internal/ns"
	"ctrkit/internal/recipe"
)

// born records the namespaces, that of the network among them, the cable into it, and the
// rules about the address that it has by then.
func (c *Run) born(r *recipe.Recipe, unshare *ns.Unshare) error {
	if strings.HasPrefix(c.Pid, joined) {
		tie(unshare)
	}
	c.unshare, unshare.Pidfile = unshare, ""
	if c.link == nil {
		return unshare.Lines(r)
	}
	settings := unshare.Sysctl
	unshare.Net, unshare.Sysctl = new(string), nil
	if err := unshare.Lines(r); err != nil {
		return err
	}
	cable := r.Len()
	if err := c.plugIn(r); err != nil {
		return unplugged{err}
	}
	if len(c.Sysctl) == 0 {
		r.Meanwhile(cable) // of the settings, those that we make ourselves are not about it
	}
	r.As(unshare.Name())
	unshare.Sysctl = settings // some are about the cable
	unshare.Settings(r)
	return nil
}

func (c *Run) plugIn(r *recipe.Recipe) error {
	r.As(c.link.Name())
	if err := c.link.Plug(r); err != nil {
		return err
	}
	r.As(c.nat.Name())
	return c.nat.Open(r)
}
