package priv

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A set holds a bit for every capability, as the kernel has it.
type set uint64

func setOf(caps ...recipe.Capability) (s set) {
	for _, c := range caps {
		s |= 1 << c
	}
	return s
}

func (s set) has(c recipe.Capability) bool { return s&(1<<c) != 0 }

// list are the capabilities of a set, the lowest number first.
func (s set) list() (caps []recipe.Capability) {
	for c := range recipe.Capability(64) {
		if s.has(c) {
			caps = append(caps, c)
		}
	}
	return caps
}

// names are those of the capabilities, as setpriv(1) has them, or what is missing where that
// is less to read.
func (s set) names(all set) string {
	switch missing := (all &^ s).list(); {
	case s == 0:
		return "none"
	case s == all:
		return "all"
	case len(missing) < 6:
		return "all but " + (all &^ s).names(^set(0))
	}
	var names []string
	for _, c := range s.list() {
		names = append(names, short(c))
	}
	return strings.Join(names, " ")
}

func short(c recipe.Capability) string {
	return strings.ToLower(strings.TrimPrefix(c.String(), "CAP_"))
}

// usual are the capabilities that a container's root cannot well do without: to own, open
// and mark its files, to become its users and end their processes, to bind low ports and to
// change the root once more. What root can do beyond that, it does to the machine.
var usual = setOf(
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID, unix.CAP_SETFCAP,
	unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_SETPCAP, unix.CAP_KILL,
	unix.CAP_NET_BIND_SERVICE, unix.CAP_SYS_CHROOT,
)

// A Cap is the name of a capability, with or without CAP_, in capitals or not; or ALL.
type Cap recipe.Capability

// every stands for all capabilities.
const every Cap = -1

func (c Cap) MarshalText() ([]byte, error) {
	if c == every {
		return []byte("ALL"), nil
	}
	return []byte(strings.TrimPrefix(recipe.Capability(c).String(), "CAP_")), nil
}

func (c *Cap) UnmarshalText(text []byte) error {
	name := strings.TrimPrefix(strings.ToUpper(string(text)), "CAP_")
	if name == "ALL" {
		*c = every
		return nil
	}
	for known := range recipe.Capability(recipe.Capabilities) {
		if known.String() == "CAP_"+name {
			*c = Cap(known)
			return nil
		}
	}
	return fmt.Errorf("no capability is called %q", text)
}

// Caps says which capabilities to begin with: default, none, all, or a list of names with
// commas between them.
type Caps string

func (c Caps) MarshalText() ([]byte, error) { return []byte(c), nil }

func (c *Caps) UnmarshalText(text []byte) error {
	if *c = Caps(text); len(text) == 0 {
		return fmt.Errorf("no capability is called %q: say none", text)
	}
	_, _, err := c.begin(0)
	return err
}

// begin is the set that is named, and what of it is named one by one.
func (c Caps) begin(all set) (begin, named set, err error) {
	switch strings.ToLower(string(c)) {
	case "", "default":
		return usual & all, 0, nil
	case "none":
		return 0, 0, nil
	case "all":
		return all, 0, nil
	}
	for _, name := range strings.Split(string(c), ",") {
		var one Cap
		if err := one.UnmarshalText([]byte(name)); err != nil {
			return 0, 0, err
		}
		if one == every {
			return 0, 0, fmt.Errorf("%q is both all capabilities and some", string(c))
		}
		named |= setOf(recipe.Capability(one))
	}
	return named, named, nil
}

// split are the capabilities of a list, and whether ALL is among them.
func split(list []Cap) (caps set, all bool) {
	for _, c := range list {
		if c != every {
			caps |= setOf(recipe.Capability(c))
		}
	}
	return caps, slices.Contains(list, every)
}
