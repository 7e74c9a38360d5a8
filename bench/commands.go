package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/shell"
)

// before is the command line of a peer that becomes, or runs, what follows it. ROOT stands for the container's root,
// DEBIAN for an archive, TARGET for a directory to unpack it in, and UNION for one to mount in.
func before(command ...string) func(*place, ...string) ([]string, error) {
	return func(p *place, prog ...string) (argv []string, err error) {
		for _, arg := range slices.Concat(command, prog) {
			argv = append(argv, strings.NewReplacer("ROOT", p.root, "TARGET", p.target, "DEBIAN", p.debian, "UNION", p.union, "DIR", dir, "SELF", p.self).Replace(arg))
		}
		return argv, nil
	}
}

// printed is the command line that a command's --print shows for the same work.
func printed(command ...string) func(*place, ...string) ([]string, error) {
	return func(p *place, prog ...string) ([]string, error) {
		// The program is put in afterwards, because only a shell would undo the quotes around its words.
		argv, err := before(slices.Insert(slices.Clone(command), 1, "--print")...)(p, "PROG")
		if err != nil {
			return nil, err
		}
		line, err := p.output(argv)
		if err != nil {
			return nil, err
		}
		words, err := shell.Fields(line, nil)
		if n := len(words); err != nil || n == 0 || words[n-1] != "PROG" {
			return nil, fmt.Errorf("cannot use what it prints: %q (%v)", line, err)
		}
		return slices.Concat(words[:len(words)-1], prog), nil
	}
}

// bundled is the command line of a peer that finds the program in the bundle its own spec command wrote.
func bundled(runtime string, options ...string) func(*place, ...string) ([]string, error) {
	return func(p *place, prog ...string) ([]string, error) {
		bundle, err := os.MkdirTemp(dir, runtime)
		if err != nil {
			return nil, err
		}
		state := []string{runtime, "--root", dir + "/state-" + runtime}
		if _, err := p.output(slices.Concat(state, []string{"spec", "--bundle", bundle})); err != nil {
			return nil, err
		}
		argv := slices.Concat(state, options, []string{"run", "--bundle", bundle, "bench"})
		return argv, configure(bundle+"/config.json", p.root, prog)
	}
}

// configure changes what must be in a specification as the runtime wrote it: the root, the program, no terminal.
func configure(file, root string, prog []string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var spec map[string]any
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	process, _ := spec["process"].(map[string]any)
	if process == nil {
		return fmt.Errorf("read %s: no process", file)
	}
	process["terminal"], process["args"] = false, prog
	spec["root"] = map[string]any{"path": root, "readonly": true}
	if text, err = json.Marshal(spec); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
