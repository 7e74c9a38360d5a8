package cgroup

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ctrkit/internal/chain"
)

// counted are the controllers that account for what --report tells.
var counted = []string{"memory", "cpu", "cpuacct", "io", "pids", "cgroup"}

// plan finds the trees in which the group needs a directory, and where those will
// be.
func (l *Limit) plan(dry bool) (*group, error) {
	trees, err := look("self")
	if err != nil {
		return nil, err
	}
	if err := l.findDisks(); err != nil {
		return nil, err
	}
	g := &group{name: l.Group}
	if g.name == "" {
		g.name = newName()
	}
	if err := l.wants(g, trees); err != nil {
		return nil, err
	}
	var refusal error
	if l.Report != nil || l.Group != "" {
		refusal = g.extend(trees, l.CgroupParent, dry, counted...)
	}
	if l.Group != "" {
		g.extend(trees, l.CgroupParent, dry, "freezer")
	}
	for _, p := range g.places {
		if err := p.locate(l.CgroupParent, g.name, dry); err != nil {
			return nil, err
		}
		if err := p.reachable(l, dry); err != nil {
			return nil, err
		}
	}
	if len(g.places) == 0 {
		return nil, cmp.Or(refusal, errNoTree)
	}
	return g, nil
}

// wants adds the controllers to the group that its limits need.
func (l *Limit) wants(g *group, trees layout) error {
	for _, a := range l.asked() {
		if err := a.possible(l, trees); err != nil {
			return err
		}
		g.want(trees.of(a.controller), a.controller)
	}
	for _, s := range l.Set {
		t := trees.of(s.controller())
		if t == nil {
			return trees.lacks("--set "+s.file, s.controller())
		}
		g.want(t, s.controller())
	}
	return nil
}

// findDisks finds the numbers of the devices that rates are for.
func (l *Limit) findDisks() error {
	l.disks = make(map[string]string)
	for _, rate := range slices.Concat(l.ReadBPS, l.WriteBPS, l.ReadIOPS, l.WriteIOPS) {
		number, err := disk(rate.Device)
		if err != nil {
			return err
		}
		l.disks[rate.Device] = number
	}
	return nil
}

// want adds a controller to what the group is for.
func (g *group) want(t *tree, controller string) *place {
	i := slices.IndexFunc(g.places, func(p *place) bool { return p.tree == t })
	if i < 0 {
		i = len(g.places)
		g.places = append(g.places, &place{tree: t, fd: -1})
	}
	p := g.places[i]
	if !isCore(controller) && !slices.Contains(p.need, controller) {
		p.need = append(p.need, controller)
	}
	return p
}

// extend adds controllers where they can be had, and returns why the first one cannot
// that cannot.
func (g *group) extend(trees layout, parent string, dry bool, controllers ...string) (refusal error) {
	for _, controller := range controllers {
		t := trees.of(controller)
		if t == nil {
			continue
		}
		need := []string{controller}
		if isCore(controller) {
			need = nil
		}
		if i := slices.IndexFunc(g.places, func(p *place) bool { return p.tree == t }); i >= 0 {
			need = append(need, g.places[i].need...)
		}
		_, err := t.below(parent, need, dry)
		if err == nil {
			g.want(t, controller)
		}
		refusal = cmp.Or(refusal, err)
	}
	return refusal
}

// locate finds the directory.
func (p *place) locate(parent, name string, dry bool) (err error) {
	p.parent, err = p.below(parent, p.need, dry)
	if err != nil {
		return err
	}
	p.dir = filepath.Join(p.parent, name)
	info, err := os.Stat(p.dir)
	p.found = err == nil && info.IsDir()
	if p.found && p.isFrozen() {
		return &chain.Hinted{
			Err:  fmt.Errorf("join control group %s: it is frozen, and who joins it stops too", name),
			Hint: "cg-limit --thaw " + name,
		}
	}
	return nil
}

// below is the directory that the group will be in: one that is named, or one that
// we find.
func (t *tree) below(parent string, need []string, dry bool) (string, error) {
	if parent == "" {
		return t.parent(need, dry)
	}
	dir := filepath.Join(t.top, parent)
	if parent == t.top || strings.HasPrefix(parent, t.top+"/") {
		dir = parent
	}
	if info, err := os.Stat(filepath.Join(dir, "cgroup.procs")); err != nil || !info.Mode().IsRegular() {
		return "", &chain.Hinted{
			Err:  fmt.Errorf("make control group below %s: there is no such group in %s", parent, t.top),
			Hint: "make it first: mkdir " + dir,
		}
	}
	if dry {
		return dir, nil
	}
	return dir, t.suits(dir, need)
}
