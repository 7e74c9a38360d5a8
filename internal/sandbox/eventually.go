package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// eventually repeats a program, or a verb, until it succeeds. What happens in another process has no moment we know of.
func (s *script) eventually(args []string) error {
	patience := 10 * time.Second
	if len(args) > 0 {
		if d, err := time.ParseDuration(args[0]); err == nil {
			patience, args = d, args[1:]
		}
	}
	neg := len(args) > 0 && args[0] == "!"
	if neg {
		args = args[1:]
	}
	if len(args) == 0 {
		return usage("eventually [DURATION] [!] PROG [ARG...]")
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		stdout, stderr, err := s.try(args)
		late := time.Now().After(end)
		if done := (err == nil) != neg; done || late {
			s.show(stdout, stderr)
			if !done {
				return fmt.Errorf("not within %v: %s: %v", patience, strings.Join(args, " "), err)
			}
			return nil
		}
	}
}

// try is one attempt. Only the last one's output is shown.
func (s *script) try(args []string) (stdout, stderr string, err error) {
	if verb, ok := s.verbs()[args[0]]; ok {
		err := verb(args[1:])
		return s.ReadFile("stdout"), s.ReadFile("stderr"), err
	}
	p, err := s.start(args)
	if err != nil {
		return "", "", err
	}
	return p.wait()
}
