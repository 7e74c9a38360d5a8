package sandbox

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// status runs a program, or ends one in the background, and wants one exact exit status of it.
func (s *script) status(args []string) error {
	const synopsis = usage("status N PROG [ARG...] | status N end NAME [SIGNAL]")
	if len(args) < 2 {
		return synopsis
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return synopsis
	}
	if args[1] == "end" {
		err = s.end(args[2:])
	} else {
		err = s.Exec(args[1], args[2:]...)
	}
	got, err := exitStatus(err)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("want exit status %d, got %d", want, got)
	}
	return nil
}

// exitStatus is the status that a shell would see, where the error is about one.
func exitStatus(err error) (int, error) {
	var exit *exec.ExitError
	if err == nil {
		return 0, nil
	}
	if !errors.As(err, &exit) {
		return 0, err
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal()), nil
	}
	return exit.ExitCode(), nil
}

// capture puts what was printed last into a variable.
func (s *script) capture(args []string) error {
	if len(args) < 1 || len(args) > 2 {
		return usage("capture VAR [PATTERN]")
	}
	out := s.ReadFile("stdout")
	value := strings.TrimSpace(out)
	if len(args) == 2 {
		pattern, err := regexp.Compile("(?m)" + args[1])
		if err != nil {
			return usage(err.Error())
		}
		m := pattern.FindStringSubmatch(out)
		if m == nil {
			return fmt.Errorf("stdout does not match %s", args[1])
		}
		value = m[len(m)-1]
	}
	s.Setenv(args[0], value)
	return nil
}
