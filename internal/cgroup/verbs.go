package cgroup

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// Verbs are what can be done to a group that is there.
type Verbs struct {
	Freeze string `placeholder:"NAME" help:"Stop all processes of a group."`
	Thaw   string `placeholder:"NAME" help:"Let them go on."`
	Kill   string `placeholder:"NAME" help:"Kill all processes of a group, and wait until they are gone."`
	Remove string `placeholder:"NAME" help:"Remove a group that has no processes any more, and those below it."`
}

func (v *Verbs) any() bool { return *v != Verbs{} }

// check wants one of them, and nothing else.
func (v *Verbs) check() error {
	given := 0
	for _, name := range []string{v.Freeze, v.Thaw, v.Kill, v.Remove} {
		if name != "" {
			given++
		}
	}
	if given > 1 {
		return errors.New("freeze, thaw, kill, remove: one thing at a time")
	}
	if name := cmp.Or(v.Freeze, v.Thaw, v.Kill, v.Remove); isNumber(name) {
		return &chain.Hinted{
			Err:  fmt.Errorf("control group %s: this is a pid, and what is done would be done to all of the process's group", name),
			Hint: "cg-stat --tree lists the groups; they are named, or given by their path",
		}
	}
	return nil
}

// checkName wants a name of a group, and no path.
func checkName(name string) error {
	if strings.Contains(name, "/") || strings.HasPrefix(name, ".") {
		return &chain.Hinted{
			Err:  fmt.Errorf("name control group %s: a name has no slash in it, and no dot before it", name),
			Hint: "--cgroup-parent says below which group it is",
		}
	}
	return nil
}

// lines records what is done.
func (v *Verbs) lines(r *recipe.Recipe) error {
	name := cmp.Or(v.Freeze, v.Thaw, v.Kill, v.Remove)
	trees, err := look("self")
	if err != nil {
		return err
	}
	g, err := find(trees, name)
	if err != nil {
		return err
	}
	for _, p := range g.places {
		if (v.Freeze != "" || v.Kill != "") && within(p.own, p.dir) {
			return fmt.Errorf("control group %s: we are in it ourselves", name)
		}
	}
	switch {
	case v.Freeze != "":
		return g.freeze(r)
	case v.Thaw != "":
		return g.thaw(r)
	case v.Kill != "":
		err := g.kill(r)
		for _, p := range g.places {
			if err == nil && !p.kept() {
				p.collects(r)
			}
		}
		return err
	}
	return g.dissolve(r)
}

// within reports whether a directory is another one, or below it.
func within(dir, other string) bool {
	return dir == other || strings.HasPrefix(dir, strings.TrimSuffix(other, "/")+"/")
}
