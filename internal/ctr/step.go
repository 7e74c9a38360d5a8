package ctr

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// A stepper lets a person look around before each phase.
type stepper struct {
	tool string
	tty  *os.File
	keys *bufio.Reader
}

var errGivenUp = errors.New("given up")

// stepThrough makes the recipe stop before each phase.
func (c *Run) stepThrough(r *recipe.Recipe) error {
	if !c.Step || r.Dry {
		return nil
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return &chain.Hinted{Err: errors.New("stop before each phase: there is no terminal"), Hint: "--explain tells the same without stopping"}
	}
	s := &stepper{c.Name(), tty, bufio.NewReader(tty)}
	r.Pause(s.ask)
	return nil
}

const keys = "Enter: go on; e: explain; o: a shell outside; i: a shell inside; q: give up"

// ask says what comes next, and does what is wanted until it is to go on.
func (s *stepper) ask(p *recipe.Phase) error {
	fmt.Fprintf(s.tty, "%s: next is %s: %s\n", s.tool, p.Tool, summary(p.Calls()))
	for {
		fmt.Fprintf(s.tty, "%s: %s> ", s.tool, keys)
		answer, err := s.keys.ReadString('\n')
		if err != nil {
			return errGivenUp
		}
		switch strings.TrimSpace(answer) {
		case "":
			return nil
		case "q":
			return errGivenUp
		case "e":
			p.Tell(&recipe.Narrator{W: s.tty})
		case "o":
			s.shell("sh")
		case "i":
			s.inside(p.Pid)
		}
	}
}

// summary are the names of calls in their order, equal neighbours only once.
func summary(calls []string) string {
	var words []string
	for len(calls) > 0 {
		n := slices.IndexFunc(calls, func(call string) bool { return call != calls[0] })
		if n < 0 {
			n = len(calls)
		}
		word := calls[0]
		if n > 1 {
			word += fmt.Sprintf(" x%d", n)
		}
		words, calls = append(words, word), calls[n:]
	}
	return strings.Join(words, ", ")
}

// inside opens a shell where the container's first process is by now.
func (s *stepper) inside(pid int) {
	if pid == 0 {
		fmt.Fprintf(s.tty, "%s: there is nobody inside yet\n", s.tool)
		return
	}
	s.shell(chain.Sibling("ns-enter"), "--target", strconv.Itoa(pid), "--all", "--", "sh")
}

// shell runs one on the terminal until it ends.
func (s *stepper) shell(command string, args ...string) {
	shell := exec.Command(command, args...)
	shell.Stdin, shell.Stdout, shell.Stderr = s.tty, s.tty, s.tty
	// How it ends is nobody's concern.
	if err := shell.Run(); err != nil && shell.ProcessState == nil {
		fmt.Fprintf(s.tty, "%s: %v\n", s.tool, err)
	}
	s.takeBack()
}

// takeBack makes us the ones whom the terminal is for. A shell in another pid namespace cannot
// do so when it ends, because we have no pid there. The kernel would stop who asks for this from
// the background, unless the signal is blocked. See tcsetpgrp(3).
func (s *stepper) takeBack() {
	var before, block unix.Sigset_t
	block.Val[0] = 1 << (unix.SIGTTOU - 1)
	unix.PthreadSigmask(unix.SIG_BLOCK, &block, &before)
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	unix.IoctlSetPointerInt(int(s.tty.Fd()), unix.TIOCSPGRP, unix.Getpgrp())
}
