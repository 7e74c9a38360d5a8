package priv

import (
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/priv/filter"
	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

// calls is the policy that was asked for, nil for none.
func (d *Drop) calls(keep set) (*filter.Policy, error) {
	switch d.Seccomp {
	case "off":
		return nil, nil
	case "", "default":
		return filter.Default(uint64(keep)), nil
	}
	text, err := bounded(unix.AT_FDCWD, d.Seccomp, d.Seccomp, 0)
	if err != nil {
		return nil, &chain.Hinted{Err: fmt.Errorf("read profile: %w", err), Hint: "it is read in the root that this tool is run in; other policies are default and off, with ctr-run builtin and unconfined"}
	}
	policy, err := filter.Parse([]byte(text), filter.Place{Caps: uint64(keep), Number: capNumber, Kernel: proc.Version()})
	if err != nil {
		return nil, fmt.Errorf("read profile %s: %w", d.Seccomp, err)
	}
	if policy.Refuses("execve") && !policy.Allows(recipe.Speaking) {
		return nil, fmt.Errorf("read profile %s: it forbids to run a program, and us to say so", d.Seccomp)
	}
	return policy, nil
}

// capNumber is the number of a capability that a profile names.
func capNumber(name string) (int, bool) {
	var c Cap
	err := c.UnmarshalText([]byte(name))
	return int(c), err == nil && c != every
}

// load records that the filter is loaded, last of all: it may forbid what was done so far.
func load(r *recipe.Recipe, policy *filter.Policy) error {
	program, err := policy.Compile()
	if err != nil {
		return fmt.Errorf("compile filter: %w", err)
	}
	//doc:load
	// From here on the kernel asks this program of ours about every system call, before it
	// does anything. Most of the hundreds of calls are not needed by most programs, and each
	// is a door to code with bugs. Threads, children and later programs inherit it.
	r.Seccomp(policy.Flags, program, !policy.Allows(recipe.Speaking)).Noting(policy.Listing)
	return nil
}
