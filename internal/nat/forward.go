package nat

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// The switches that make a machine a router.
const (
	forwarding4 = "net/ipv4/ip_forward"
	forwarding6 = "net/ipv6/conf/all/forwarding"
)

// Forward records that the machine passes on what is not for itself. It is the last
// thing, because it stays: others may rely on it by the time that we end.
func (p *Publish) Forward(r *recipe.Recipe) {
	for _, file := range p.plan.off {
		//doc:forward
		// A machine throws away what is not for itself, unless it is told to be a router.
		// The switch is the whole network namespace's, and is not switched off again: others
		// may rely on it by then.
		r.Outside(recipe.Outside{
			Name: "switch on", Object: strings.ReplaceAll(file, "/", "."),
			Same: "sysctl " + strings.ReplaceAll(file, "/", ".") + "=1",
			Do:   func(int) error { return switchOn(file) },
		}).Because("it is off")
	}
}

func switchOn(file string) error {
	err := os.WriteFile("/proc/sys/"+file, []byte("1"), 0)
	var errno unix.Errno
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &errno):
		return err
	case errno == unix.EROFS:
		return &chain.Hinted{Err: errno, Hint: "/proc/sys is read-only here, as in most containers: who made it must switch it on"}
	case errno == unix.EACCES:
		return &chain.Hinted{Err: errno, Hint: "the switches of a network take root: try sudo"}
	}
	return errno
}

// isOff reports whether a switch is there and off.
func isOff(file string) (off bool, err error) {
	text, err := os.ReadFile("/proc/sys/" + file)
	return strings.TrimSpace(string(text)) == "0", err
}

// switches finds what must be switched on.
func (f *plan) switches() error {
	for _, file := range []string{forwarding4, forwarding6} {
		if !f.has(file == forwarding4) {
			continue
		}
		off, err := isOff(file)
		if errors.Is(err, os.ErrNotExist) && file == forwarding6 {
			return errors.New("translate IPv6: it is switched off in this kernel")
		}
		if err != nil {
			return fmt.Errorf("read whether packets are forwarded: %w", err)
		}
		if !off {
			continue
		}
		if f.off = append(f.off, file); file == forwarding6 {
			return checkAdvertised()
		}
	}
	return nil
}
