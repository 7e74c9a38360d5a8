package ctr

import (
	"strings"

	"ctrkit/internal/argv"
	"ctrkit/internal/priv"
)

// PrintWanted reports whether the pipeline is to be printed and nothing run.
func (c *Run) PrintWanted() bool { return c.Print }

// Pipeline is the command line of tools that makes the same container, one tool
// per line, ready to paste into a shell.
func (c *Run) Pipeline() (string, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	if c.Archive != "" {
		if err := c.findUnpacked(); err != nil {
			return "", err
		}
	}
	steps, err := c.steps()
	if err == nil {
		steps, err = c.piped(steps)
	}
	if err != nil {
		return "", err
	}
	var commands []string
	redirection := ""
	if file, ok := c.profile(); ok {
		// The new root may have no such file: so it is open beforehand.
		steps[len(steps)-1].(*priv.Drop).Seccomp = "/proc/self/fd/3"
		redirection = " 3<" + argv.Quote([]string{file})
	}
	for _, step := range steps {
		commands = append(commands, argv.Quote(append([]string{step.Name()}, argv.Of(step)...)))
	}
	prog, _ := c.Program()
	commands = append(commands, argv.Quote(prog))
	line := strings.Join(commands, " -- \\\n  ") + redirection + "\n"
	if c.Archive == "" {
		return line, nil
	}
	return strings.Replace(line, argv.Quote([]string{"--lower=" + c.unpacked}), `--lower="$(`+c.unpacking()+`)"`, 1), nil
}
