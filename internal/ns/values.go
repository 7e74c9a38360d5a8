package ns

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Propagation says whether mounts made in one mount namespace appear in another
// that was copied from it. See mount_namespaces(7). The zero value is private.
type Propagation string

var propagations = map[Propagation]uint64{
	"":          unix.MS_PRIVATE,
	"private":   unix.MS_PRIVATE, // neither way
	"slave":     unix.MS_SLAVE,   // from outside in
	"shared":    unix.MS_SHARED,  // both ways
	"unchanged": 0,
}

func (p Propagation) flag() uint64 { return propagations[p] }

func (p Propagation) MarshalText() ([]byte, error) { return []byte(p), nil }

func (p *Propagation) UnmarshalText(text []byte) error {
	if _, ok := propagations[Propagation(text)]; !ok || len(text) == 0 {
		return fmt.Errorf("%q is none of private, slave, shared, unchanged", text)
	}
	*p = Propagation(text)
	return nil
}

// A Signal is written by name, with or without SIG, or by number from 1 to 64.
// The empty text stands for KILL.
type Signal unix.Signal

func (s Signal) MarshalText() ([]byte, error) {
	if name := unix.SignalName(unix.Signal(s)); name != "" {
		return []byte(strings.TrimPrefix(name, "SIG")), nil
	}
	return []byte(strconv.Itoa(int(s))), nil
}

func (s *Signal) UnmarshalText(text []byte) error {
	name := strings.ToUpper(string(text))
	if name == "" {
		name = "KILL"
	}
	number, err := strconv.Atoi(name)
	if err != nil {
		number = int(unix.SignalNum("SIG" + strings.TrimPrefix(name, "SIG")))
	}
	if number < 1 || number > 64 {
		return fmt.Errorf("no signal is called %q", text)
	}
	*s = Signal(number)
	return nil
}
