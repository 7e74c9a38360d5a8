package chain

import (
	"os"
	"slices"
	"strings"
)

// An environed step gives its program another environment than ours. It is asked when its
// lines are recorded.
type environed interface{ Environ() []string }

// ofTools is how the names begin by which our tools tell one another something.
const ofTools = "CTRKIT_"

// environ is the environment of what comes after a step, and whether it is not ours.
func environ(step Step) (env []string, own bool) {
	if e, ok := step.(environed); ok {
		if env := e.Environ(); env != nil {
			return env, true
		}
	}
	return os.Environ(), false
}

// variable looks a variable up in an environment.
func variable(env []string, name string) (value string, ok bool) {
	for _, v := range env {
		if rest, found := strings.CutPrefix(v, name+"="); found {
			return rest, true
		}
	}
	return "", false
}

func isOfTools(v string) bool { return strings.HasPrefix(v, ofTools) }

// foreign is the environment of a program that is not ours: without what our tools tell
// one another.
func (p *program) foreign() []string { return slices.DeleteFunc(slices.Clone(p.env), isOfTools) }

// ours is the environment of one of our tools: what they tell one another is passed on
// with every environment.
func (p *program) ours() []string {
	told := slices.DeleteFunc(os.Environ(), func(v string) bool { return !isOfTools(v) })
	return append(p.foreign(), told...)
}

// moved is the environment of one of our tools that is run by descriptor. In a new root,
// the path of the next one may lead to anybody's file, and is not passed on.
func (p *program) moved() []string {
	if p.root == SameRoot {
		return p.ours()
	}
	env := slices.DeleteFunc(p.ours(), func(v string) bool { return strings.HasPrefix(v, homeVariable+"=") })
	return append(env, homeVariable+"=")
}

// names are those of the variables, for the narrator.
func (p *program) names() []string {
	var names []string
	for _, v := range p.foreign() {
		name, _, _ := strings.Cut(v, "=")
		names = append(names, name)
	}
	return []string{"its environment: " + strings.Join(names, " ")}
}
