package priv

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"ctrkit/internal/chain"
)

// Environ is the environment of the program: the variables that are given, or those of the
// caller. What a caller has in its environment, keys and passwords among it, was meant for
// others. The home of a user that was asked for is in both.
func (d *Drop) Environ() []string {
	env := d.Env
	switch given := slices.IndexFunc(env, isHome); {
	case d.home == "" || given >= 0:
		return env
	case len(env) == 0:
		env = slices.DeleteFunc(os.Environ(), isHome)
	}
	return append(slices.Clone(env), "HOME="+d.home)
}

func isHome(variable string) bool { return strings.HasPrefix(variable, "HOME=") }

// checkEnv wants variables that a program can look up.
func (d *Drop) checkEnv() error {
	seen := map[string]bool{}
	for _, variable := range d.Env {
		name, _, ok := strings.Cut(variable, "=")
		switch {
		case name == "":
			return fmt.Errorf("set variable %q: it has no name", variable)
		case !ok:
			return &chain.Hinted{Err: fmt.Errorf("set variable %s: it has no value", name), Hint: "write NAME=VALUE"}
		case seen[name]:
			return fmt.Errorf("set variable %s: it is given twice", name)
		case strings.HasPrefix(name, "CTRKIT_"):
			return errors.New("set variable " + name + ": our tools tell one another something by such names, and no program gets them")
		}
		seen[name] = true
	}
	return nil
}

// Home is the home directory of the user that the program will be: / where no entry of
// passwd(5) says another, or none can be read.
func (d *Drop) Home() string {
	user, _, _ := strings.Cut(string(d.User), ":")
	if user == "" {
		user = "0"
	}
	uid, numeric, err := number(user)
	if err != nil {
		return "/"
	}
	entry, err := d.entry("/etc/passwd", func(e entry) bool {
		id, err := e.id(2)
		return !numeric && e.name() == user || numeric && err == nil && id == uid
	})
	if err != nil || entry == nil {
		return "/"
	}
	return entry.home()
}
