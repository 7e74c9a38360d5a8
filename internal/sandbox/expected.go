package sandbox

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// An expectation is a line of testdata/skips: where, which test, what reason; the last two are patterns of path.Match.
type expectation struct{ place, test, reason string }

func (e expectation) covers(place string, s skip) bool {
	return e.place == place && glob(e.test, s.Name) && glob(e.reason, s.Reason)
}

// glob lets * match slashes too, which mean nothing here.
func glob(pattern, name string) bool {
	const noSlash = "\x00"
	ok, _ := path.Match(strings.ReplaceAll(pattern, "/", noSlash), strings.ReplaceAll(name, "/", noSlash))
	return ok
}

func expectedSkips() ([]expectation, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(root, "testdata", "skips"))
	if err != nil {
		return nil, err
	}
	return parseSkips(string(data))
}

func parseSkips(text string) ([]expectation, error) {
	var found []expectation
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 3 {
			return nil, fmt.Errorf("testdata/skips: %q: want PLACE TEST REASON", line)
		}
		found = append(found, expectation{f[0], f[1], strings.Join(f[2:], " ")})
	}
	return found, nil
}
