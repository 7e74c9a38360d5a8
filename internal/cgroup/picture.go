package cgroup

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"unicode"

	"ctrkit/internal/recipe"
)

// trees records that all groups are looked at, or one and those below it.
func (s *Stat) trees(r *recipe.Recipe, l layout) error {
	g := &group{}
	if s.Group != "" {
		var err error
		if g, err = find(l, s.Group); err != nil {
			return err
		}
	} else {
		for _, t := range l {
			g.add(t, t.top)
		}
	}
	pictures := []*picture{}
	//doc:trees
	for _, p := range g.places {
		pictures = append(pictures, &picture{Version: p.version, Mount: p.top, Controllers: p.controllers})
		if p.version == 2 {
			// In version 2 a group has the controllers that the group above it enables for its
			// children in cgroup.subtree_control, and no file of any other. So there is no
			// memory.max in a group, whatever the kernel can do, unless all groups above it
			// enable memory.
			r.Outside(pictures[len(pictures)-1].drawing(p))
		} else {
			// In version 1 a controller may have a tree of its own, in which every group has
			// it. A process is in one group of each tree, and these need not have the same
			// name.
			r.Outside(pictures[len(pictures)-1].drawing(p))
		}
	}
	// A directory is a group, and the kernel shows no more of it than its files.
	r.Outside(recipe.Outside{Name: "print groups", Do: func(int) error { return s.printTrees(pictures) }})
	return nil
}

// drawing is the work of reading the groups in one tree.
func (p *picture) drawing(at *place) recipe.Outside {
	return recipe.Outside{
		Name: "read groups in", Object: at.dir, Same: "find " + at.dir + " -type d",
		Do: func(int) error { return plainly(p.grow(at.tree, at.dir)) },
	}
}

// printTrees shows them, each one under the place at which it is mounted.
func (s *Stat) printTrees(pictures []*picture) error {
	var b strings.Builder
	if s.JSON {
		json.NewEncoder(&b).Encode(pictures)
		return show(b.String())
	}
	for i, p := range pictures {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(p.table())
	}
	return show(b.String())
}

// table is the picture for people.
func (p *picture) table() string {
	lines := [][]string{{"GROUP", "PROCESSES", "LIMITS"}}
	if p.Version == 2 {
		lines[0] = append(lines[0], "CONTROLLERS", "FOR CHILDREN")
	}
	for i, b := range p.Groups {
		name := b.Path
		if i > 0 {
			name = strings.Repeat("  ", b.depth()-p.Groups[0].depth()) + path.Base(b.Path)
		}
		cells := []string{printable(name) + b.notes(), count(b.Processes), b.Limits.String()}
		if p.Version == 2 {
			cells = append(cells, list(b.Has), list(b.Enables))
		}
		lines = append(lines, cells)
	}
	return fmt.Sprintf("%s: version %d, %s\n", printable(p.Mount), p.Version, list(p.Controllers)) + columns(lines)
}

// depth is how many groups a group is below.
func (b branch) depth() int { return strings.Count(strings.TrimSuffix(b.Path, "/"), "/") }

// notes say what is unusual about a group.
func (b branch) notes() (notes string) {
	if b.Ours {
		notes = " (ours)"
	}
	if b.Type != "" && b.Type != "domain" {
		notes += " (" + b.Type + ")"
	}
	return notes
}

func list(names []string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, " ")
}

// printable keeps a name that somebody chose from speaking to the terminal.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, name)
}
