package ns

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"ctrkit/internal/argv"
)

// spread pairs ids one by one, in order: the long way to what around does.
func spread(inner, outer uint32, m Map) map[uint32]uint32 {
	pairs := map[uint32]uint32{inner: outer}
	var inside, outside []uint32
	for i := range m.Count {
		if id := m.Inner + i; id != inner {
			inside = append(inside, id)
		}
		if id := m.Outer + i; id != outer {
			outside = append(outside, id)
		}
	}
	for i := range min(len(inside), len(outside)) {
		pairs[inside[i]] = outside[i]
	}
	return pairs
}

// An id of one's own goes around every range, wherever in it or beside it the id is, inside and outside.
func TestAround(t *testing.T) {
	for range 20000 {
		m := Map{Inner: rand.Uint32N(12), Outer: rand.Uint32N(12), Count: 1 + rand.Uint32N(12)}
		inner, outer := rand.Uint32N(30), rand.Uint32N(30)
		maps := around(inner, outer, m)
		got := map[uint32]uint32{}
		for _, m := range maps {
			for i := range m.Count {
				got[m.Inner+i] = m.Outer + i
			}
		}
		want := spread(inner, outer, m)
		err := argv.CheckMaps("user", maps)
		if err != nil || len(maps) > 4 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%d:%d around %v is %v: %v", inner, outer, m, maps, err)
		}
	}
}
