package filter

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// A Place is for whom a profile is read: it may say other things for other capabilities and
// kernels.
type Place struct {
	Caps   uint64                   // that the program may have, a bit for each
	Number func(string) (int, bool) // of a capability
	Kernel [2]int                   // its version
}

// Parse reads a profile.
func Parse(text []byte, place Place) (*Policy, error) {
	in, err := decode(text)
	if err != nil {
		return nil, err
	}
	p, err := in.policy()
	if err != nil {
		return nil, err
	}
	for i, s := range in.Syscalls {
		at := fmt.Sprintf("syscalls[%d]", i)
		if s == nil {
			return nil, fmt.Errorf("%s: it is null", at)
		}
		if err := p.entry(at, s, place); err != nil {
			return nil, err
		}
	}
	for _, v := range p.calls {
		if !v.settled {
			v.otherwise = p.otherwise
		}
	}
	return p, nil
}

// policy is what a profile says about all calls.
func (in *profile) policy() (p *Policy, err error) {
	p = &Policy{calls: map[string]*verdict{}, foreign: kill}
	switch {
	case in.DefaultAction == nil:
		return nil, fmt.Errorf("defaultAction: it is missing")
	case in.ListenerPath != "" || in.ListenerMetadata != "":
		return nil, fmt.Errorf("listenerPath: nobody listens here")
	}
	if p.otherwise, err = action(*in.DefaultAction, in.DefaultErrnoRet, in.DefaultErrno); err != nil {
		return nil, fmt.Errorf("defaultAction: %w", err)
	}
	p.unknown = p.otherwise
	if p.otherwise&unix.SECCOMP_RET_ACTION_FULL == unix.SECCOMP_RET_ERRNO {
		// The profile is older than the call: a program should hear that there is none.
		p.unknown = fail(unix.ENOSYS)
	}
	if p.Flags, err = flags(in.Flags); err != nil {
		return nil, err
	}
	p.arches, err = in.arches()
	return p, err
}

// flags are those of seccomp(2).
func flags(names []string) (bits uint64, err error) {
	for i, name := range names {
		switch name {
		case "SECCOMP_FILTER_FLAG_LOG":
			bits |= unix.SECCOMP_FILTER_FLAG_LOG
		case "SECCOMP_FILTER_FLAG_SPEC_ALLOW":
			bits |= unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW
		default:
			return 0, fmt.Errorf("flags[%d]: %q has no meaning here", i, name)
		}
	}
	return bits, nil
}

// arches are those of the profile that can make calls on this machine, our own first.
func (in *profile) arches() (list []*arch, err error) {
	check := func(at, name string) error {
		if name == "SCMP_ARCH_NATIVE" || slices.Contains(foreignArches, name) || slices.ContainsFunc(arches, func(a *arch) bool { return a.oci == name }) {
			return nil
		}
		return fmt.Errorf("%s: %q is no architecture", at, name)
	}
	own := native()
	named := append([]string{own.oci}, in.Architectures...)
	for i, name := range in.Architectures {
		if err := check(fmt.Sprintf("architectures[%d]", i), name); err != nil {
			return nil, err
		}
	}
	for i, m := range in.ArchMap {
		for _, name := range append([]string{m.Architecture}, m.SubArchitectures...) {
			if err := check(fmt.Sprintf("archMap[%d]", i), name); err != nil {
				return nil, err
			}
		}
		if m.Architecture == own.oci {
			named = append(named, m.SubArchitectures...)
		}
	}
	list = []*arch{own}
	if companion := archOf(companions[own.name]); companion != nil && slices.Contains(named, companion.oci) {
		list = append(list, companion)
	}
	return list, nil
}
