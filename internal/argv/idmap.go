package argv

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Map lets Count ids from Inner on, inside a user namespace, stand for those
// from Outer on, outside. It is written INNER:OUTER:COUNT, in the order of
// uid_map and of Docker.
type Map struct{ Inner, Outer, Count uint32 }

func (m Map) String() string { return fmt.Sprintf("%d:%d:%d", m.Inner, m.Outer, m.Count) }

func (m Map) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m *Map) UnmarshalText(text []byte) error {
	fields := strings.Split(string(text), ":")
	if len(fields) != 3 {
		return fmt.Errorf("%q is no map: write INNER:OUTER:COUNT", text)
	}
	for i, number := range []*uint32{&m.Inner, &m.Outer, &m.Count} {
		n, err := strconv.ParseUint(fields[i], 10, 32)
		if err != nil {
			return fmt.Errorf("%q is no map: %q is no number from 0 to 4294967295", text, fields[i])
		}
		*number = uint32(n)
	}
	// The last id is not one: -1 means "leave unchanged" to setresuid(2).
	if m.Count == 0 || uint64(m.Inner)+uint64(m.Count) > math.MaxUint32 || uint64(m.Outer)+uint64(m.Count) > math.MaxUint32 {
		return fmt.Errorf("%q is no map: it has no id, or reaches past the last, 4294967294", text)
	}
	return nil
}

// maxMaps is how many lines the kernel takes (UID_GID_MAP_MAX_EXTENTS).
const maxMaps = 340

// CheckMaps refuses what the kernel would refuse with a bare EINVAL.
func CheckMaps(what string, maps []Map) error {
	if len(maps) > maxMaps {
		return fmt.Errorf("map %ss: %d ranges are more than the %d that the kernel takes", what, len(maps), maxMaps)
	}
	for i, a := range maps {
		for _, b := range maps[:i] {
			if overlap(a.Inner, b.Inner, a.Count, b.Count) || overlap(a.Outer, b.Outer, a.Count, b.Count) {
				return fmt.Errorf("map %ss: %s and %s overlap, and an id can stand for one other only",
					what, b, a)
			}
		}
	}
	return nil
}

func overlap(a, b, countA, countB uint32) bool {
	return uint64(a) < uint64(b)+uint64(countB) && uint64(b) < uint64(a)+uint64(countA)
}
