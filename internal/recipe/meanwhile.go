package recipe

import (
	"slices"
	"time"
)

// Meanwhile lets the outside work from a line on be done while the child makes its first calls,
// instead of the child waiting for each piece: nothing that it does before Rejoin depends on it.
// Where somebody watches, all is done in its order.
func (r *Recipe) Meanwhile(from int) {
	for _, l := range r.lines[from:] {
		l.meanwhile = l.outside != nil
	}
}

// Rejoin makes the child wait for that work, if no later line has done so.
func (r *Recipe) Rejoin(object string) {
	last := len(r.lines) - 1
	for ; last >= 0 && !r.lines[last].meanwhile; last-- {
		if r.lines[last].ask {
			return
		}
	}
	if last < 0 {
		return
	}
	// What was made outside meanwhile is complete from here on, or there is no container.
	r.Outside(Outside{Name: "wait for", Object: object, Do: func(int) error { return nil }})
}

// ahead are the lines that are done before the child asks, as an interval. There is none if
// something else is to be done outside before them, or if another child takes its place until then.
func (r *Recipe) ahead() (from, end int) {
	if r.Narrator != nil || r.pause != nil {
		return 0, 0
	}
	outside := func(l *Line) bool { return l.outside != nil }
	from = slices.IndexFunc(r.lines[r.clone+1:], outside) + r.clone + 1
	other := func(l *Line) bool { return l.role == again }
	if slices.ContainsFunc(r.lines[r.clone+1:max(from, r.clone+1)], other) {
		return 0, 0
	}
	for end = from; end < len(r.lines) && r.lines[end].meanwhile; end++ {
	}
	return from, end
}

// goAhead does that work.
func (c *Child) goAhead() error {
	r := c.recipe
	for i, end := r.ahead(); i < end; i++ {
		began := time.Now()
		if err := r.before(i, c); err != nil {
			return err
		}
		c.ahead = i + 1
		r.lines[i].took = time.Since(began)
	}
	return nil
}
