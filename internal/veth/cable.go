package veth

import (
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A cable leads from a bridge to an end in another namespace. Its near end has the
// name of the address that the far one gets, so the kernel gives an address away once.
type cable struct {
	*Link
	far *end

	number uint64   // of the address in its subnet
	near   plug     // its name stands for the first address
	also   []string // and these for the others
	index  int32
}

// make makes the cable. Where somebody else was faster, another address is taken.
func (c *cable) make(pid int) error {
	if err := c.far.meet(pid); err != nil {
		return err
	}
	const patience = 1000 // somebody else may be faster, but not for ever
	for range patience {
		c.near.master = c.network.bridge.index
		answers, err := c.host.ask(newCable(c.near, c.far.plug, c.Mtu, c.far.peer()), linkNamed(c.near.name))
		if err == nil {
			near := readLink(answers[0])
			c.index, c.far.index = near.index, near.peer
			c.near.mac = near.mac
			if near.peer == 0 {
				c.far.index = near.index // older kernels leave it out where both are the same
			}
			err = c.name()
			if err == nil {
				return nil
			}
		}
		if err != unix.EEXIST {
			return err
		}
		if err := c.yield(); err != nil {
			return err
		}
	}
	return unix.EEXIST
}

// name gives the near end the names that stand for further addresses.
func (c *cable) name() error {
	for _, name := range c.also {
		if _, err := c.host.ask(alsoNamed(c.index, name)); err != nil {
			c.remove()
			return err
		}
	}
	return nil
}

// yield looks for other names, when somebody has one of ours.
func (c *cable) yield() error {
	if c.far.wire.taken(c.far.name) {
		if c.Ifname != "" {
			return fmt.Errorf("a link inside has the name %s", c.Ifname)
		}
		c.far.name = c.far.freeName("eth")
	} else if err := c.choose(c.number); err != nil {
		return err
	}
	c.far.retell()
	return nil
}

// remove deletes the cable. That is for what has failed: a cable goes by itself when
// the last process of a namespace has ended, and to delete one takes 20 milliseconds.
func (c *cable) remove() error {
	_, err := c.host.ask(deleted(c.index).orElse(unix.ENODEV))
	return err
}

// lines records the cable.
func (c *cable) lines(r *recipe.Recipe) {
	//doc:cable
	// A cable is two links: what is sent at one end arrives at the other. One message
	// makes both, puts the far end into the other namespace and the near one into the
	// bridge. The near end is called after the address of the far one; where somebody
	// else makes that name first, the next address is taken. One queue at each end is
	// enough for a cable, and several take longer to make than all the rest.
	r.Outside(recipe.Outside{
		Name: "make cable", Object: c.near.name + " to " + c.far.name, Same: c.same(),
		Do:   func(pid int) error { return privileged(c.make(pid)) },
		Undo: c.remove, Stays: true,
	})
	if c.Isolated {
		// Two ports that are isolated exchange nothing. Those which are not, and the bridge
		// itself, are within reach.
		c.order(r, "isolate", recipe.Here(), func() string { return "bridge link set dev " + c.near.name + " isolated on" },
			func() *request { return isolated(c.index) })
	}
	if c.Rate != 0 {
		//doc:limit
		// A link can hold back only what it sends itself. What the near end sends is what
		// arrives inside.
		c.order(r, "limit", recipe.Here(), func() string { return c.Rate.same(c.near.name) },
			func() *request { return limited(c.index, c.Rate) })
	}
}

// order records one request about the near end, which is sent at once.
func (c *cable) order(r *recipe.Recipe, name string, why recipe.Place, same func() string, q func() *request) {
	line := r.Outside(recipe.Outside{Name: name, Object: c.near.name, Same: same(), Do: func(int) error {
		_, err := c.host.ask(q())
		return lacking(err)
	}}).From(why)
	c.far.retold = append(c.far.retold, func() { line.Retell(c.near.name, same()) })
}

// same is what one would type to make the cable.
func (c *cable) same() string {
	near := fmt.Sprintf("ip link add %s%s numtxqueues 1 numrxqueues 1 up master %s", c.near.name, mtu(c.Mtu), c.Bridge)
	return near + " type veth peer " + c.far.same(c.Mtu)
}
