package veth

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// A target is who the cable is for.
type target struct {
	*inside
	state []byte // of a container, if it came on standard input
}

// target finds who is named. If nobody is, it is the process itself, in a namespace
// that it makes.
func (l *Link) target(dry bool) (t *target, err error) {
	name := l.Netns
	if l.Pid != 0 {
		name = strconv.Itoa(l.Pid)
	}
	t = &target{inside: &inside{}}
	if name == "" && l.Alone() && l.Keep == "" {
		if name, t.state, err = fromState(); err != nil {
			return nil, err
		}
	}
	if l.JSON && t.state != nil {
		return nil, errors.New("print what was made: standard output is for the state of the container")
	}
	if name == "" {
		return t, nil
	}
	if t.inside, err = named(name, dry); err == nil {
		err = t.elsewhere()
	}
	return t, err
}

// fromState reads the state of a container, and names its process.
func fromState() (pid string, text []byte, err error) {
	if _, err := unix.IoctlGetTermios(0, unix.TCGETS); err == nil {
		return "", nil, &chain.Hinted{
			Err:  errors.New("run: no program is given"),
			Hint: "add -- PROG, such as -- sh, or --pid PID, --netns NAME or --keep NAME",
		}
	}
	state, text, err := chain.ReadState(os.Stdin)
	if err != nil {
		return "", nil, &chain.Hinted{
			Err:  fmt.Errorf("run: no program is given, and there is no container on standard input: %w", err),
			Hint: "add -- PROG, --pid PID, --netns NAME or --keep NAME; ns-unshare --hold prints the state of a container",
		}
	}
	return strconv.Itoa(state.Pid), text, nil
}

// elsewhere wants another namespace than ours, in which the bridge is.
func (in *inside) elsewhere() error {
	home, err := netns.Get()
	if err != nil || in.ns <= 0 {
		return err
	}
	defer home.Close()
	if in.ns.Equal(home) {
		return &chain.Hinted{
			Err:  fmt.Errorf("plug into namespace %s: it is the one that we are in, and so is the bridge", in.called),
			Hint: "the process must have a network namespace of its own: ns-unshare --net makes one",
		}
	}
	return nil
}

// passOn records that the next tool hears of the same container.
func (t *target) passOn(r *recipe.Recipe) {
	if t.state == nil {
		return
	}
	// Whoever comes next wants to know about the same container.
	r.Outside(recipe.Outside{
		Name: "pass on", Object: "state",
		Do: func(int) error { _, err := os.Stdout.Write(t.state); return err },
	})
}
