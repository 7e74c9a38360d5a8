package ns

import (
	"fmt"
	"math"

	"ctrkit/internal/argv"
)

// A Map is a range of ids, as the command line has it.
type Map = argv.Map

// checkIDs refuses the one number that is no id.
func checkIDs(ids ...*uint32) error {
	for _, id := range ids {
		if id != nil && *id == math.MaxUint32 {
			return fmt.Errorf("set id: %d stands for none, and would leave the old one", *id)
		}
	}
	return nil
}

// around adds a single id to a range and leaves it out of the range, inside and
// outside. What is left there is paired in order, as unshare(1) does it.
func around(inner, outer uint32, m Map) (maps []Map) {
	maps = []Map{{Inner: inner, Outer: outer, Count: 1}}
	inside, outside := without(inner, m.Inner, m.Count), without(outer, m.Outer, m.Count)
	for len(inside) > 0 && len(outside) > 0 {
		count := min(inside[0].count, outside[0].count)
		maps = append(maps, Map{Inner: inside[0].first, Outer: outside[0].first, Count: count})
		inside, outside = after(count, inside), after(count, outside)
	}
	return maps
}

// A span is count ids from first on.
type span struct{ first, count uint32 }

// without is a span without one id: one span or two.
func without(id, first, count uint32) (spans []span) {
	if id < first || id-first >= count {
		return []span{{first, count}}
	}
	before := id - first
	return after(0, []span{{first, before}, {id + 1, count - before - 1}})
}

// after is what follows the first ids of spans. None is empty.
func after(count uint32, spans []span) []span {
	for len(spans) > 0 && spans[0].count <= count {
		count -= spans[0].count
		spans = spans[1:]
	}
	if len(spans) > 0 {
		spans[0].first, spans[0].count = spans[0].first+count, spans[0].count-count
	}
	return spans
}
