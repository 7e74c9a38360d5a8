package ns

import "ctrkit/internal/recipe"

// init records that pid 1 is ours, and the program its child.
func (u *Unshare) init(r *recipe.Recipe) {
	if !u.Init {
		return
	}
	//doc:init
	// Few programs are made to be pid 1: it gets no signal that it does not handle, and
	// inherits every orphan, dead ones among them, that stay in the process table until
	// somebody waits for them. So the first process stays behind, passes signals on, waits for
	// all, and ends as the program does, which is its child.
	r.CloneInit()
}

// Sealed keeps our program file out of the reach of those inside: an init goes on being a
// process of ours, and who can trace anybody may look into it.
func (u *Unshare) Sealed() bool { return u.Init }
