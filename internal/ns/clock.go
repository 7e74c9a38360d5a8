package ns

import (
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// Clock moves the clocks of a time namespace. See time_namespaces(7).
type Clock struct {
	Boottime  int64 `placeholder:"SECONDS" help:"Move the clock that counts since boot. Implies --time."`
	Monotonic int64 `placeholder:"SECONDS" help:"Move the clock that only runs while the machine does. Implies --time."`
}

func (c *Clock) offsets() bool { return c.Boottime != 0 || c.Monotonic != 0 }

// setClocks makes the time namespace and sets it before anybody is in it.
func (c *Clock) setClocks(r *recipe.Recipe) {
	// The new time namespace is for our children. Nobody is in it yet, and only as
	// long as that is so can its clocks be moved.
	r.Unshare(unix.CLONE_NEWTIME)
	// The offsets are set through a file.
	offsets := r.Openat("/proc/self/timens_offsets", unix.O_WRONLY|unix.O_CLOEXEC, "offsets")
	for _, clock := range []struct {
		name    string
		seconds int64
	}{{"monotonic", c.Monotonic}, {"boottime", c.Boottime}} {
		if clock.seconds != 0 {
			// The clock of the wall is the same in all namespaces; these two are not.
			r.Write(offsets, fmt.Sprintf("%s %d 0\n", clock.name, clock.seconds))
		}
	}
	// The file is of no use to the program.
	r.Close(offsets)
}
