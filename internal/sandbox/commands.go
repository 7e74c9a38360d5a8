package sandbox

import (
	"errors"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A script is one running script: what its commands share.
type script struct {
	*testscript.TestScript
	child      *child
	source     string
	background map[string]*program
	host       hostState
}

// verbs are the commands we add to testscript's. A verb succeeds, or returns why not.
func (s *script) verbs() map[string]func(args []string) error {
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

// usage is the error of a verb that is used wrongly. Not even ! makes that right.
type usage string

func (u usage) Error() string { return "usage: " + string(u) }

// commands are the verbs as testscript wants them: neg is the ! before the command, which turns the outcome round.
func (s *script) commands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	cmds := map[string]func(*testscript.TestScript, bool, []string){}
	for name, verb := range s.verbs() {
		cmds[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			s.TestScript = ts
			err := verb(args)
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

// setup completes the environment of a script before its first line.
func (s *script) setup(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("LC_ALL", "C")
	env.Setenv("TERM", "dumb")
	s.host = rememberHost(hostPaths(s.source, env))
	return nil
}

// noLeaks checks in the midst of a script what is checked anyway at its end.
func (s *script) noLeaks([]string) error {
	if leaks := s.child.leaks(); len(leaks) > 0 {
		return errors.New(strings.Join(leaks, "\n"))
	}
	return nil
}
