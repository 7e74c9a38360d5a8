package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A script is one running script: what its commands share.
type script struct {
	*testscript.TestScript
	child      *child
	background map[string]*program
	host       hostState
}

// usage is the error of a command that is used wrongly. Not even ! makes that right.
type usage string

func (u usage) Error() string { return "usage: " + string(u) }

// commands are ours; a command succeeds or returns why not, and ! before it turns that round.
func (s *script) commands() map[string]func(*testscript.TestScript, bool, []string) {
	cmds := map[string]func(*testscript.TestScript, bool, []string){}
	for name, run := range s.verbs() {
		cmds[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			s.TestScript = ts
			err := run(args)
			var wrong usage
			switch {
			case errors.As(err, &wrong):
				ts.Fatalf("%v", err)
			case err != nil && !neg:
				ts.Fatalf("%s: %v", name, err)
			case err == nil && neg:
				ts.Fatalf("%s: unexpected success", name)
			}
		}
	}
	return cmds
}

func (s *script) verbs() map[string]func([]string) error {
	return map[string]func([]string) error{
		"bg":         s.bg,
		"capture":    s.capture,
		"end":        s.end,
		"eventually": s.eventually,
		"host":       s.hostUnchanged,
		"leaks":      s.noLeaks,
		"same-ns":    s.sameNS,
		"signal":     s.signal,
		"status":     s.status,
	}
}

// setup completes the environment of a script before its first line.
func (s *script) setup(env *testscript.Env, source string) error {
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("LC_ALL", "C")
	env.Setenv("TERM", "dumb")
	s.host = rememberHost(hostPaths(source, env))
	return nil
}

// environ is the script's environment as its env commands have left it, which testscript has no exported way to ask for.
func (s *script) environ() []string {
	list := reflect.ValueOf(s.TestScript).Elem().FieldByName("env")
	var env []string
	for i := range list.Len() {
		env = append(env, list.Index(i).String())
	}
	return append(env, "PWD="+s.MkAbs("."))
}

// command is a program of the script that testscript does not run for us.
func (s *script) command(argv []string) *exec.Cmd {
	path := argv[0]
	if !strings.Contains(path, "/") {
		for _, dir := range strings.Split(s.Getenv("PATH"), ":") {
			if info, err := os.Stat(dir + "/" + argv[0]); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
				path = dir + "/" + argv[0]
				break
			}
		}
	}
	return &exec.Cmd{Path: s.MkAbs(path), Args: argv, Dir: s.MkAbs("."), Env: s.environ()}
}

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

// exitStatus is the status a shell would see, where the error is about one.
func exitStatus(err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case !errors.As(err, &exit):
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

// eventually repeats a program or a command of ours until it succeeds.
func (s *script) eventually(args []string) error {
	patience := 5 * time.Second
	if len(args) > 0 {
		if d, err := time.ParseDuration(args[0]); err == nil {
			patience, args = d, args[1:]
		}
	}
	if len(args) == 0 {
		return usage("eventually [DURATION] [!] PROG [ARG...]")
	}
	neg := args[0] == "!"
	if neg {
		args = args[1:]
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		err := s.try(args)
		if (err == nil) != neg {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("not within %v: %s: %v", patience, strings.Join(args, " "), err)
		}
	}
}

// try runs one attempt quietly; its output counts when it was the last.
func (s *script) try(args []string) error {
	if verb, ok := s.verbs()[args[0]]; ok {
		return verb(args[1:])
	}
	p, err := s.start(args)
	if err != nil {
		return err
	}
	return p.wait(s)
}

// noLeaks checks in the midst of a script what is checked anyway at its end.
func (s *script) noLeaks([]string) error {
	if leaks := s.child.leaks(); len(leaks) > 0 {
		return errors.New(strings.Join(leaks, "\n"))
	}
	return nil
}
