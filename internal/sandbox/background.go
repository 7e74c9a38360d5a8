package sandbox

import (
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// bg starts a program in the background. Its name is a variable too, with its pid.
func (s *script) bg(args []string) error {
	if len(args) < 2 {
		return usage("bg NAME PROG [ARG...]")
	}
	name := args[0]
	if s.background[name] != nil {
		return usage("bg NAME PROG [ARG...]: " + name + " has not ended yet")
	}
	p, err := s.start(args[1:])
	if err != nil {
		return err
	}
	s.background[name] = p
	s.Setenv(name, strconv.Itoa(p.cmd.Process.Pid))
	return nil
}

// signal sends a signal to a program in the background.
func (s *script) signal(args []string) error {
	if len(args) != 2 {
		return usage("signal NAME SIGNAL")
	}
	p, sig := s.background[args[0]], unix.SignalNum("SIG"+strings.TrimPrefix(args[1], "SIG"))
	switch {
	case p == nil:
		return usage("signal NAME SIGNAL: nothing in the background has the name " + args[0])
	case sig == 0:
		return usage("signal NAME SIGNAL: no signal has the name " + args[1])
	}
	return p.cmd.Process.Signal(syscall.Signal(sig))
}

// end signals a program in the background, if it is to, and waits until it is gone.
func (s *script) end(args []string) error {
	if len(args) < 1 || len(args) > 2 {
		return usage("end NAME [SIGNAL]")
	}
	p := s.background[args[0]]
	if p == nil {
		return usage("end NAME [SIGNAL]: nothing in the background has the name " + args[0])
	}
	if len(args) == 2 {
		if err := s.signal(args); err != nil {
			return err
		}
	}
	delete(s.background, args[0])
	stdout, stderr, err := p.wait()
	s.show(stdout, stderr)
	return err
}
