package pack

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Time is a moment, written as the seconds since 1970 after an @, as a date, or as
// RFC 3339 has it.
type Time struct{ time.Time }

func (t Time) MarshalText() ([]byte, error) {
	return []byte(t.UTC().Format(time.RFC3339Nano)), nil
}

func (t *Time) UnmarshalText(text []byte) error {
	word := string(text)
	if seconds, ok := strings.CutPrefix(word, "@"); ok {
		if n, err := strconv.ParseInt(seconds, 10, 40); err == nil {
			t.Time = time.Unix(n, 0).UTC()
			return nil
		}
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if parsed, err := time.Parse(layout, word); err == nil {
			t.Time = parsed.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is no time: write @0, 2026-01-31 or 2026-01-31T12:00:00Z", word)
}
