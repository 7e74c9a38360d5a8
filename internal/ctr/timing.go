package ctr

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// loaded is when our own code began to run.
var loaded = time.Now()

// A watch has what is known of the start-up time before the first line is made.
type watch struct {
	recipe  *recipe.Recipe
	runtime time.Duration // until our code began: what the processor needed, which is all that is told
	parse   time.Duration
	record  time.Duration
}

// setOff begins to time a recipe. Began is when its recording did.
func (c *Run) setOff(r *recipe.Recipe, began time.Time) {
	if !c.Timing {
		return
	}
	r.Time()
	var used unix.Timespec
	unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &used)
	c.watch = &watch{
		recipe: r, runtime: max(0, time.Duration(used.Nano())-time.Since(loaded)),
		parse: began.Sub(loaded), record: time.Since(began),
	}
}

// A share is a part of the start-up time.
type share struct {
	time  time.Duration
	what  string
	ahead bool // it was spent at the same time as others
}

// Started tells where the time went, once the program runs.
func (c *Run) Started(talk chain.Talk) {
	if c.watch == nil {
		return
	}
	shares := []share{
		{c.watch.runtime, "Go's runtime starts", false},
		{c.watch.parse, "the command line is parsed", false},
		{c.watch.record, "the machine is looked at, and the calls are recorded", false},
	}
	spent := c.watch.recipe.Spent()
	shares = append(shares, byTool(spent)...)
	total := share{what: "until PROG runs"}
	for i, s := range shares {
		if s.ahead {
			shares[i].what += ", while the container's process went on"
			continue
		}
		total.time += s.time
	}
	slices.SortStableFunc(spent, func(a, b recipe.Spent) int { return cmp.Compare(b.Time, a.Time) })
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, s := range append(shares, total) {
		fmt.Fprintf(table, "%.2f ms\t%.0f %%\t  %s\n", s.time.Seconds()*1e3, 100*s.time.Seconds()/total.time.Seconds(), s.what)
	}
	for _, s := range spent[:min(slowest, len(spent))] {
		fmt.Fprintf(table, "%.2f ms\t\t  of that: %s\n", s.Time.Seconds()*1e3, titled(s))
	}
	table.Flush()
	for line := range strings.Lines(b.String()) {
		fmt.Fprintf(talk.Err, "%s: timing: %s", c.Name(), line)
	}
}

// slowest is how many lines are told of one by one.
const slowest = 5

func titled(s recipe.Spent) string {
	if s.Outside {
		return s.Tool + ", outside: " + s.Call
	}
	return s.Tool + ": " + s.Call
}

// byTool adds up the lines that follow one another and are one tool's.
func byTool(spent []recipe.Spent) (shares []share) {
	for len(spent) > 0 {
		n := slices.IndexFunc(spent, func(s recipe.Spent) bool { return s.Tool != spent[0].Tool || s.Ahead != spent[0].Ahead })
		if n < 0 {
			n = len(spent)
		}
		s := share{what: fmt.Sprintf("%s: %d calls", spent[0].Tool, n), ahead: spent[0].Ahead}
		for _, line := range spent[:n] {
			s.time += line.Time
		}
		shares, spent = append(shares, s), spent[n:]
	}
	return shares
}
