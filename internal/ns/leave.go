package ns

import (
	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// leave makes the namespaces. Where there is a child already, it is the child that does.
func (u *Unshare) leave(r *recipe.Recipe) error {
	flags := flagsOf(u.namespaces())
	if !u.forks() {
		if flags != 0 {
			//doc:unshare
			// From here on this process has its own copy of what the new namespaces hold;
			// the rest of the machine keeps the original.
			r.Unshare(flags)
		}
		return nil
	}
	now, later := flags, uint64(0)
	if u.offsets() {
		now, later = flags&unix.CLONE_NEWUSER, flags&^(unix.CLONE_NEWUSER|unix.CLONE_NEWTIME)
	}
	u.clone(r, now)
	u.dieWithParent(r)
	if err := u.maps(r); err != nil {
		return err
	}
	if u.offsets() {
		u.setClocks(r)
		// The namespaces of pids and time are for children only, so the child makes
		// one more and is gone.
		r.CloneAgain(later)
		u.dieWithParent(r)
	}
	return nil
}

// clone makes the child, in those namespaces that it can be born in.
func (u *Unshare) clone(r *recipe.Recipe, flags uint64) {
	joined := uint64(0)
	if r.Joins() {
		joined = flags & unix.CLONE_NEWCGROUP
	}
	if r.Clones() {
		// What is done so far took privileges over the machine. The next child has them over
		// its own namespaces only; it takes the place of this one.
		r.CloneAgain(flags)
		return
	}
	if flags&unix.CLONE_NEWPID != 0 {
		//doc:pid
		// A process keeps its pid for life, so a pid namespace is only ever entered by
		// being born in it.
		r.Clone3(flags &^ joined)
	} else {
		// The program will be a child, and we are still there, outside, when it runs.
		r.Clone3(flags &^ joined)
	}
	r.Join()
	if joined != 0 {
		//doc:cgroup-root
		// The group that a process is in when it makes a cgroup namespace is the root of
		// all groups in it. So the group is joined first.
		r.Unshare(joined)
	}
}

// dieWithParent ties the child's life to ours.
func (u *Unshare) dieWithParent(r *recipe.Recipe) {
	signal := u.killChild()
	switch signal {
	case 0:
		return
	case unix.SIGKILL:
		//doc:pdeathsig
		// Nobody would wait for a child that outlives us. When its parent dies, the
		// kernel now kills it, and with a pid 1 its whole namespace.
		r.PrSetPdeathsig(signal)
	default:
		// When its parent dies, the kernel now asks the child to end.
		r.PrSetPdeathsig(signal)
	}
	// If the parent died a moment before, the kernel will say nothing. But then this
	// fails, and ends the child.
	r.TellParent()
}
