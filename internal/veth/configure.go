package veth

import (
	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// lines records what the end is given. All of it goes to the kernel in one message,
// by the last line.
func (e *end) lines(r *recipe.Recipe, rate Rate) {
	// A new network namespace has one link, lo, and it is down: not even 127.0.0.1 would
	// answer.
	e.collect(r, "switch on", recipe.Here(), func() (string, string) { return "lo", "ip link set lo up" },
		func() *request { return switchedOn(loopback) })
	// A link that is down has no use for routes, and nothing comes in by it.
	e.collect(r, "switch on", recipe.Here(), func() (string, string) { return e.name, "ip link set " + e.name + " up" },
		func() *request { return switchedOn(e.index) })
	for i := range e.addrs {
		e.hasAddress(r, i)
	}
	for i := range e.ways {
		e.hasWay(r, &e.ways[i])
	}
	for _, route := range e.routes {
		e.hasRoute(r, route)
	}
	if rate != 0 {
		// What leaves by this end is held back before it is sent: whoever sends too much
		// waits, and little is lost. Who has privileges over this namespace can undo it, and a
		// program is better without those.
		e.collect(r, "limit", recipe.Here(), func() (string, string) { return e.name, rate.same(e.name) },
			func() *request { return limited(e.index, rate) })
	}
	//doc:configure
	// The kernel takes all that was collected in one message, and answers to each part.
	e.outside(r, "configure", recipe.Here(), func() (string, string) { return e.name, "" }, e.configure, e.restore)
}

// configure asks for all that was collected, and notes how lo was before.
func (e *end) configure(int) error {
	answers, err := e.wire.ask(append([]*request{linkNamed("lo")}, e.batch...)...)
	e.quiet = len(answers) > 0 && !readLink(answers[0]).up
	if err != nil {
		e.restore()
	}
	return privileged(lacking(err))
}

// restore switches lo off again. The rest goes with the cable.
func (e *end) restore() error {
	if !e.quiet {
		return nil
	}
	_, err := e.wire.ask(switchedOff(loopback))
	return err
}

func (e *end) hasAddress(r *recipe.Recipe, i int) {
	// Whoever has an address in a network is a neighbour of all others in it, and reaches
	// them without a gateway. With IPv6, nobody is asked whether he has it already.
	e.collect(r, "address", recipe.Here(), func() (string, string) {
		a := e.addrs[i]
		return e.name + " " + a.String(), "ip address add " + a.String() + brd(a.Addr()) + " dev " + e.name
	}, func() *request { return addressed(e.index, e.addrs[i]) })
}

func (e *end) hasWay(r *recipe.Recipe, w *way) {
	// What is for nobody in the network goes to the gateway, which knows further. A
	// namespace that has such a way out already keeps it.
	e.collect(r, "route", recipe.Here(), func() (string, string) { return text(w.Route), "ip route add " + text(w.Route) + " dev " + e.name },
		func() *request {
			w.request = routed(e.index, w.Route).orElse(unix.EEXIST)
			return w.request
		})
}

func (e *end) hasRoute(r *recipe.Recipe, route Route) {
	// Of all routes that fit, the one to the smallest network counts.
	e.collect(r, "route", recipe.Here(), func() (string, string) { return text(route), "ip route add " + text(route) + " dev " + e.name },
		func() *request { return routed(e.index, route) })
}

// loopback is the index of lo, which is the same in every namespace.
const loopback = 1

// collect records a request that waits for the others.
func (e *end) collect(r *recipe.Recipe, name string, why recipe.Place, text func() (object, same string), q func() *request) {
	e.outside(r, name, why, text, func(int) error {
		request := q()
		object, _ := text()
		request.what = name + " " + object
		e.batch = append(e.batch, request)
		return nil
	}, nil)
}

// outside records a line whose text may change before its turn.
func (e *end) outside(r *recipe.Recipe, name string, why recipe.Place, text func() (object, same string), do func(int) error, undo func() error) {
	object, same := text()
	line := r.Outside(recipe.Outside{Name: name, Object: object, Same: e.within(same), Do: do, Undo: undo, Stays: true}).From(why)
	e.retold = append(e.retold, func() {
		object, same := text()
		line.Retell(object, e.within(same))
	})
}

// retell brings up to date what the lines that come next say.
func (e *end) retell() {
	for _, retold := range e.retold {
		retold()
	}
}
