package argv

import (
	"math"
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
		if err := CheckMaps("user", c.maps); (err == nil) != c.good {
			t.Errorf("%v: %v", c.maps, err)
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
		if CheckMaps("user", []Map{m}) != nil || CheckMaps("user", []Map{m, m}) == nil {
			t.Errorf("%v overlaps nothing but itself", m)
		}
	})
}
