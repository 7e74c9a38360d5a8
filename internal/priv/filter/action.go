package filter

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// actions are those of profiles. Two of them take a number along.
var actions = map[string]Action{
	"SCMP_ACT_ALLOW":        allow,
	"SCMP_ACT_ERRNO":        unix.SECCOMP_RET_ERRNO,
	"SCMP_ACT_KILL":         unix.SECCOMP_RET_KILL_THREAD,
	"SCMP_ACT_KILL_THREAD":  unix.SECCOMP_RET_KILL_THREAD,
	"SCMP_ACT_KILL_PROCESS": kill,
	"SCMP_ACT_TRAP":         unix.SECCOMP_RET_TRAP,
	"SCMP_ACT_TRACE":        unix.SECCOMP_RET_TRACE,
	"SCMP_ACT_LOG":          unix.SECCOMP_RET_LOG,
}

// action is the kernel's number for an action, with an error given by number or by name.
func action(name string, number *uint, called string) (Action, error) {
	act, ok := actions[name]
	switch takes := act == unix.SECCOMP_RET_ERRNO || act == unix.SECCOMP_RET_TRACE; {
	case name == "SCMP_ACT_NOTIFY":
		return 0, fmt.Errorf("%q needs somebody who is asked, and there is nobody here", name)
	case !ok:
		return 0, fmt.Errorf("%q is no action", name)
	case !takes && (number != nil || called != ""):
		return 0, fmt.Errorf("%s does not take an errno", name)
	case !takes:
		return act, nil
	}
	data, err := errno(number, called)
	return act | Action(data), err
}

// errno is the number of an error, that of EPERM if none is given.
func errno(number *uint, called string) (uint, error) {
	const highest = 4095 // MAX_ERRNO
	named := uint(0)
	for n := uint(1); called != "" && n <= highest && named == 0; n++ {
		if unix.ErrnoName(unix.Errno(n)) == called {
			named = n
		}
	}
	switch {
	case called != "" && named == 0:
		return 0, fmt.Errorf("no errno is called %q", called)
	case number != nil && *number > highest:
		return 0, fmt.Errorf("errno %d: the kernel has none above %d", *number, highest)
	case number != nil && called != "" && *number != named:
		return 0, fmt.Errorf("errno %d is not %s", *number, called)
	case number != nil:
		return *number, nil
	case called != "":
		return named, nil
	}
	return uint(unix.EPERM), nil
}
