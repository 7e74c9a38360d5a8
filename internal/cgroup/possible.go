package cgroup

import (
	"errors"
	"fmt"
	"strings"

	"ctrkit/internal/chain"
)

// possible says why a limit cannot be had on this machine.
func (a ask) possible(l *Limit, trees layout) error {
	t := trees.of(a.controller)
	switch {
	case t == nil:
		return trees.lacks(a.option, a.controller)
	case t.version == 1 && a.option == "--swap" && l.Memory == 0:
		return &chain.Hinted{
			Err:  errors.New("limit by --swap: on a version 1 hierarchy the limit is that of memory and swap together"),
			Hint: "add --memory",
		}
	case t.version == 1 && a.one == nil:
		return &chain.Hinted{
			Err:  fmt.Errorf("limit by %s: controller %s is on a version 1 hierarchy, which has no such limit", a.option, a.controller),
			Hint: "version 2 has it: boot with systemd.unified_cgroup_hierarchy=1, or cgroup_no_v1=" + a.controller,
		}
	}
	return nil
}

// lacks is the error of a controller that no tree has.
func (l layout) lacks(option, controller string) error {
	err := fmt.Errorf("limit by %s: no hierarchy that is mounted here has the controller %s", option, controller)
	if len(l) == 0 {
		return &chain.Hinted{Err: err, Hint: mountOne}
	}
	var have []string
	for _, t := range l {
		have = append(have, fmt.Sprintf("%s (version %d): %s", t.top, t.version, strings.Join(t.controllers, " ")))
	}
	return &chain.Hinted{Err: err, Hint: "there is " + strings.Join(have, "; ")}
}

// mountOne is the remedy where there is no hierarchy at all.
const mountOne = "as root, mount -t cgroup2 cgroup2 /sys/fs/cgroup mounts one"

// errNoTree is the error of a machine without control groups.
var errNoTree error = &chain.Hinted{Err: errors.New("make control group: no tree of groups is in sight"), Hint: mountOne}
