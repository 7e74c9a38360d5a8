package recipe

// A Phase is a stretch of lines that one tool has made.
type Phase struct {
	Tool string
	Pid  int // of the child, or 0 as long as there is none

	recipe *Recipe
	first  int
	end    int
}

// Pause makes the recipe wait before each phase until wait returns. An error ends it there,
// and what was made is undone.
func (r *Recipe) Pause(wait func(p *Phase) error) { r.pause = wait }

// pausesAt reports whether a phase begins at a line.
func (r *Recipe) pausesAt(i int) bool {
	return r.pause != nil && (i == 0 || r.lines[i].tool != r.lines[i-1].tool)
}

func (r *Recipe) waitAt(i int, child *Child) error {
	if !r.pausesAt(i) {
		return nil
	}
	p := &Phase{Tool: r.lines[i].tool, recipe: r, first: i, end: i + 1}
	if child != nil {
		p.Pid = child.Pid
	}
	for p.end < len(r.lines) && !r.pausesAt(p.end) {
		p.end++
	}
	return r.pause(p)
}

// Calls are the names of the phase's calls, in their order.
func (p *Phase) Calls() (names []string) {
	for _, l := range p.recipe.lines[p.first:p.end] {
		name := l.name
		if l.outside != nil {
			name = "outside: " + name
		}
		names = append(names, name)
	}
	return names
}

// Tell tells of each line of the phase, as --explain does.
func (p *Phase) Tell(n *Narrator) {
	for _, l := range p.recipe.lines[p.first:p.end] {
		n.tell(l)
	}
	n.Flush()
}
