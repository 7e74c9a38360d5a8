package sandbox

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A program is one that a script has started in the background.
type program struct {
	cmd            *exec.Cmd
	stdout, stderr *os.File
}

// start starts a program with files for its output: whoever inherits a pipe from it could keep us waiting.
func (s *script) start(argv []string) (*program, error) {
	p := &program{cmd: s.command(argv)}
	for _, f := range []**os.File{&p.stdout, &p.stderr} {
		file, err := os.CreateTemp("", "output-")
		if err != nil {
			return nil, err
		}
		os.Remove(file.Name())
		*f = file
	}
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	return p, p.cmd.Start()
}

// wait waits for the program itself, and makes its output what the commands stdout and stderr look at.
func (p *program) wait(s *script) error {
	err := p.cmd.Wait()
	for from, to := range map[*os.File]io.Writer{p.stdout: s.Stdout(), p.stderr: s.Stderr()} {
		from.Seek(0, io.SeekStart)
		io.Copy(to, from)
		from.Close()
	}
	return err
}

// bg starts a program in the background.
func (s *script) bg(args []string) error {
	if len(args) < 2 {
		return usage("bg NAME PROG [ARG...]")
	}
	name := args[0]
	if s.background[name] != nil {
		return usage("bg: " + name + " is still running")
	}
	p, err := s.start(args[1:])
	if err != nil {
		return err
	}
	s.background[name] = p
	s.Setenv(name, fmt.Sprint(p.cmd.Process.Pid))
	return nil
}

// signal sends a signal to a program in the background.
func (s *script) signal(args []string) error {
	if len(args) != 2 {
		return usage("signal NAME SIGNAL")
	}
	p, sig := s.background[args[0]], unix.SignalNum("SIG"+strings.TrimPrefix(args[1], "SIG"))
	if p == nil || sig == 0 {
		return usage(fmt.Sprintf("signal NAME SIGNAL: no program or no signal of that name: %s %s", args[0], args[1]))
	}
	return p.cmd.Process.Signal(syscall.Signal(sig))
}

// end signals a program in the background, if asked to, and waits until it is gone.
func (s *script) end(args []string) error {
	if len(args) < 1 || len(args) > 2 {
		return usage("end NAME [SIGNAL]")
	}
	p := s.background[args[0]]
	if p == nil {
		return usage("end NAME [SIGNAL]: no program of that name: " + args[0])
	}
	if len(args) == 2 {
		if err := s.signal(args); err != nil {
			return err
		}
	}
	delete(s.background, args[0])
	return p.wait(s)
}
