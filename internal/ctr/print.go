package ctr

import (
	"strings"

	"ctrkit/internal/argv"
)

// PrintWanted reports whether the pipeline is to be printed and nothing run.
func (c *Run) PrintWanted() bool { return c.Print }

// Pipeline is the command line of tools that makes the same container, one tool
// per line, ready to paste into a shell.
func (c *Run) Pipeline() (string, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	steps, err := c.steps()
	if err != nil {
		return "", err
	}
	var commands []string
	for _, step := range steps {
		commands = append(commands, argv.Quote(append([]string{step.Name()}, argv.Of(step)...)))
	}
	prog, _ := c.Program()
	commands = append(commands, argv.Quote(prog))
	return strings.Join(commands, " -- \\\n  ") + "\n", nil
}
