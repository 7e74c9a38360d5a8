package ns

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Propagation says whether mounts made in one mount namespace appear in another
// that was copied from it: private, neither way; slave, from outside in; shared,
// both ways. See mount_namespaces(7). The zero value is private.
type Propagation string

func (p Propagation) MarshalText() ([]byte, error) { return []byte(p), nil }

func (p *Propagation) UnmarshalText(text []byte) error {
	switch *p = Propagation(text); *p {
	case "private", "slave", "shared", "unchanged":
		return nil
	}
	return fmt.Errorf("%q is none of private, slave, shared, unchanged, which are for all mounts at once", text)
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
