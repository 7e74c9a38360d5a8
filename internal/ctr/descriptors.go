package ctr

import (
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// keepDescriptors records that a descriptor which we inherited stays outside. It
// may be a directory of the host, and by it a program could leave its root.
func keepDescriptors(r *recipe.Recipe) error {
	fds, err := chain.Inherited()
	//doc:descriptors
	// A descriptor that came from outside is a way back there. This one will close
	// when the container's program is run.
	for _, fd := range fds {
		r.FcntlCloexec(fd).Because("it was open when we were started")
	}
	return err
}
