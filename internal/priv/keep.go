package priv

import (
	"fmt"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// A keeping is which capabilities are kept, and in which way.
type keeping struct {
	keep    set // all that any program may ever have again
	ambient set // what it has even if it is not root
	named   set // what was asked for by name, so that it must not be missing
}

// kept is what the options say about a process that has the capabilities given.
func (d *Drop) kept(all uint64) (k keeping, err error) {
	begin, named, err := d.Caps.begin(set(all))
	if err != nil {
		return k, err
	}
	add, addAll := split(d.CapAdd)
	drop, dropAll := split(d.CapDrop)
	ambient, ambientAll := split(d.Ambient)
	switch both := add & drop; {
	case both != 0:
		return k, fmt.Errorf("keep %s: it is to be dropped too", both.list()[0])
	case addAll && dropAll:
		return k, fmt.Errorf("keep ALL: they are to be dropped too")
	case addAll:
		begin = set(all)
	case dropAll:
		begin, named = 0, 0
	}
	k = keeping{keep: (begin | add) &^ drop, ambient: ambient, named: (named | add | ambient) &^ drop}
	if ambientAll {
		k.ambient = k.keep
	}
	if missing := k.ambient &^ k.keep; missing != 0 {
		c := missing.list()[0]
		return k, &chain.Hinted{
			Err:  fmt.Errorf("make %s ambient: it is not among those that are kept", c),
			Hint: "add --cap-add " + short(c),
		}
	}
	return k, nil
}

// Keeps reports whether the program may have a capability.
func (d *Drop) Keeps(c recipe.Capability) bool {
	k, err := d.kept(^uint64(0))
	return err == nil && k.keep.has(c)
}

// plan is what is kept of what we have.
func (d *Drop) plan(before state) (k keeping, err error) {
	if k, err = d.kept(uint64(before.bounding)); err != nil {
		return k, err
	}
	if unknown := k.named &^ before.all; unknown != 0 {
		return k, fmt.Errorf("keep %s: this kernel has no such capability", unknown.list()[0])
	}
	if missing := k.named &^ (before.bounding & before.permitted); missing != 0 {
		return k, &chain.Hinted{
			Err:  fmt.Errorf("keep %s: we do not have it", missing.list()[0]),
			Hint: "this process has: " + (before.bounding & before.permitted).names(before.all),
		}
	}
	return k, nil
}

// bound records the end of what no later program is to have, whatever its file says.
func (k keeping) bound(r *recipe.Recipe, before state) {
	if before.securebits&(recipe.SECBIT_NO_SETUID_FIXUP|recipe.SECBIT_NO_SETUID_FIXUP<<1) == recipe.SECBIT_NO_SETUID_FIXUP {
		// Somebody has switched off the rule that capabilities go with user 0. Programs rely on
		// it: one that becomes another user takes it that it has given them up.
		r.PrSetSecurebits(before.securebits &^ recipe.SECBIT_NO_SETUID_FIXUP)
	}
	if before.bounding&^k.keep == 0 {
		return
	}
	//doc:bound
	// An execve gives root all capabilities again, and others what a file is marked with,
	// but never more than the bounding set holds. What has left it is gone for good.
	for _, c := range (before.all &^ k.keep).list() {
		r.PrCapbsetDrop(c)
	}
}

// set records the sets that the thread has itself. They decide what becomes of the sets of
// the program.
func (k keeping) set(r *recipe.Recipe, before state, root, noNewPrivs, filter bool) {
	own := k.ambient
	if root {
		own = k.keep & before.permitted
	}
	after := k.after(before, own, root)
	if !noNewPrivs && filter {
		own |= admin & before.permitted
	}
	//doc:capset
	// Three sets belong to the thread. What is permitted can be used, what is effective is in
	// use, and what is inheritable waits for a file with the same mark: it stays empty, or a
	// program of an image could pick up what nobody meant it to have. What is ambient, and
	// survives the execve of an ordinary user, is never more than these sets.
	r.Capset(uint64(own), uint64(own), uint64(k.ambient)).Noting(func() []string {
		notes := []string{"before: " + before.text(), "after: " + after.text()}
		if !noNewPrivs && filter {
			notes = append(notes, "until then sys_admin stays: without no_new_privs it takes it to load a filter")
		}
		return notes
	})
	for _, c := range k.ambient.list() {
		//doc:ambient
		// It was permitted and inheritable, and is ambient now: the program has it without a
		// mark on its file, whoever it runs as.
		r.PrCapAmbientRaise(c)
	}
}

// after is the state of the program when it runs.
func (k keeping) after(before state, own set, root bool) state {
	after := before
	after.bounding, after.permitted, after.effective = before.bounding&k.keep, own, own
	after.inheritable, after.ambient = k.ambient, k.ambient
	if root && before.securebits&recipe.SECBIT_NOROOT != 0 {
		after.permitted, after.effective = k.ambient, k.ambient
	}
	return after
}
