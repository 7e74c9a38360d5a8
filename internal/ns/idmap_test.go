package ns

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMapIsParsed(t *testing.T) {
	for text, want := range map[string]Map{
		"0:0:1":                   {0, 0, 1},
		"5:100000:65536":          {5, 100000, 65536},
		"0:0:4294967295":          {0, 0, math.MaxUint32},
		"4294967294:4294967294:1": {math.MaxUint32 - 1, math.MaxUint32 - 1, 1},
		"007:08:9":                {7, 8, 9},
	} {
		var m Map
		if err := m.UnmarshalText([]byte(text)); err != nil || m != want {
			t.Errorf("%s is %v, %v", text, m, err)
		}
	}
}

func TestWhatIsNoMap(t *testing.T) {
	for _, text := range []string{
		"", "0", "0:0", "0:0:0", "0:0:1:", ":0:1", "0::1", "0:0:", "a:0:1", "0:-1:1", "+0:0:1", " 0:0:1", "0:0:1\n", "0x1:0:1",
		"0:0:4294967296", "4294967295:0:1", "0:4294967295:1", "1:0:4294967295", "0:4294967290:6", "0,0,1", "0:1_0:1",
	} {
		var m Map
		if err := m.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is %v", text, m)
		}
	}
}

func TestMapsThatOverlap(t *testing.T) {
	for _, c := range []struct {
		maps []Map
		good bool
	}{
		{nil, true},
		{[]Map{{0, 0, 10}}, true},
		{[]Map{{0, 0, 10}, {10, 10, 10}}, true},
		{[]Map{{10, 10, 10}, {0, 0, 10}}, true},
		{[]Map{{0, 0, 10}, {9, 100, 1}}, false},
		{[]Map{{0, 0, 10}, {100, 9, 1}}, false},
		{[]Map{{5, 50, 1}, {6, 60, 1}, {0, 100, 10}}, false},
		{[]Map{{0, 0, math.MaxUint32}, {math.MaxUint32 - 1, 0, 1}}, false},
		{slices.Repeat([]Map{{0, 0, 1}}, 2), false},
	} {
		if err := checkMaps("user", c.maps); (err == nil) != c.good {
			t.Errorf("%v: %v", c.maps, err)
		}
	}
}

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
		m := Map{rand.Uint32N(12), rand.Uint32N(12), 1 + rand.Uint32N(12)}
		inner, outer := rand.Uint32N(30), rand.Uint32N(30)
		maps := around(inner, outer, m)
		got := map[uint32]uint32{}
		for _, m := range maps {
			for i := range m.Count {
				got[m.Inner+i] = m.Outer + i
			}
		}
		want := spread(inner, outer, m)
		err := checkMaps("user", maps)
		if err != nil || len(maps) > 4 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%d:%d around %v is %v: %v", inner, outer, m, maps, err)
		}
	}
}

func FuzzMap(f *testing.F) {
	f.Add("0:100000:65536")
	f.Add("4294967295:0:1")
	f.Fuzz(func(t *testing.T, text string) {
		var m, again Map
		if m.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(m.String())); err != nil || again != m {
			t.Errorf("%q is %v, and that is %v: %v", text, m, again, err)
		}
		if checkMaps("user", []Map{m}) != nil || checkMaps("user", []Map{m, m}) == nil {
			t.Errorf("%v overlaps nothing but itself", m)
		}
	})
}
