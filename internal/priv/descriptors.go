package priv

import (
	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// descriptors records that only standard input, output and error reach the program.
func descriptors(r *recipe.Recipe) error {
	last := ^uint32(0)
	// It can be asked for with a number that no descriptor has. Kernels before Linux 5.11
	// do not know the flag, and 5.8 does not know the call.
	if unix.CloseRange(uint(last), uint(last), unix.CLOSE_RANGE_CLOEXEC) == nil {
		//doc:descriptors
		// An open file stays open whoever one becomes, and what may be done with it was decided
		// when it was opened. All above 2 will close when the program is run; until then the
		// next tool of a chain may be one of them.
		r.CloseRange(3, last, unix.CLOSE_RANGE_CLOEXEC)
		return nil
	}
	fds, err := chain.Inherited()
	switch {
	case err != nil && r.Clones():
		return err // the child still has to talk to us
	case err != nil:
		// An open file stays open whoever one becomes. Without a /proc it cannot be said which
		// there are, so all above 2 are closed.
		r.CloseRange(3, last, 0)
		return nil
	}
	// An open file stays open whoever one becomes, and what may be done with it was decided
	// when it was opened. This one will close when the program is run.
	for _, fd := range fds {
		r.FcntlCloexec(fd).Because("it was open when we were started")
	}
	return nil
}
