package ctr

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// Environment is the environment of a container's program, as docker run has it: nothing
// of the caller's, who may have secrets in it.
type Environment struct {
	Env     []string `short:"e" sep:"none" placeholder:"NAME[=VALUE]" help:"Variable of PROG's environment, which has PATH, HOSTNAME and HOME already; without a value it is that of ours. Repeatable."`
	EnvFile []string `sep:"none" placeholder:"FILE" help:"File with such variables, one per line. Those of --env count more. Repeatable."`
}

// environment is all of it, as priv-drop takes it. It is given to that tool, the last one
// of a pipeline, because every other still needs its own: env(1) in front would take the
// tools' PATH away, and as the last command it would have to be in the container's root.
func (c *Run) environment(home string) (env []string, err error) {
	env = []string{"PATH=" + chain.UsualPath, "HOSTNAME=" + c.hostname()}
	if isTerminal(0) {
		env = append(env, "TERM=xterm")
	}
	for _, file := range c.EnvFile {
		variables, err := readVariables(file)
		if err != nil {
			return nil, fmt.Errorf("read variables: %w", err)
		}
		for _, v := range variables {
			env = with(env, v)
		}
	}
	for _, v := range c.Env {
		if !strings.Contains(v, "=") {
			v = inherited(v)
		}
		env = with(env, v)
	}
	if !slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "HOME=") }) {
		env = append(env, "HOME="+home)
	}
	return env, nil
}

// with is an environment with a variable that replaces the one of the same name. One
// without a value is taken out.
func with(env []string, variable string) []string {
	name, _, set := strings.Cut(variable, "=")
	i := slices.IndexFunc(env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	switch {
	case !set && i >= 0:
		return slices.Delete(env, i, i+1)
	case !set:
		return env
	case i >= 0:
		env[i] = variable
		return env
	}
	return append(env, variable)
}

// inherited is a variable with the value that it has outside, or without any.
func inherited(name string) string {
	if value, ok := os.LookupEnv(name); ok && name != "" {
		return name + "=" + value
	}
	return name
}

// readVariables reads a file as docker run does: a variable per line, no quotes, empty lines
// and lines with a # in front left out. A name alone is the variable that we have.
func readVariables(name string) (variables []string, err error) {
	const most = 1 << 20
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("%s is more than the %d bytes that are read", name, most)
	}
	if err != nil {
		return nil, err
	}
	number := 0
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))) { // an editor's mark
		number++
		v, err := parseVariable(string(line))
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, number, err)
		}
		if v != "" && strings.Contains(v, "=") {
			variables = append(variables, v)
		}
	}
	return variables, nil
}

// parseVariable is the variable of a line, or "".
func parseVariable(line string) (string, error) {
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	line = strings.TrimLeftFunc(line, unicode.IsSpace)
	name, _, set := strings.Cut(line, "=")
	switch {
	case line == "" || line[0] == '#':
		return "", nil
	case !utf8.ValidString(line) || strings.ContainsRune(line, 0):
		return "", fmt.Errorf("it is no text")
	case name == "":
		return "", fmt.Errorf("%q has no name", line)
	case strings.ContainsAny(name, " \t"):
		return "", fmt.Errorf("there is a space in the name %q", name)
	case !set:
		return inherited(name), nil
	}
	return line, nil
}

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}
