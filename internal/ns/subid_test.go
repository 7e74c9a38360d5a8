package ns

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// grants writes a file like /etc/subuid, in which ME stands for our uid and NAME for our name.
func grants(t *testing.T, text string) (file string) {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "subuid")
	text = strings.NewReplacer("ME", strconv.Itoa(os.Geteuid()), "NAME", me.Username).Replace(text)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// The first line of a user counts, be it by name or by number.
func TestWhatIsGranted(t *testing.T) {
	for text, want := range map[string]Map{
		"ME:100000:65536\n":                       {Inner: 0, Outer: 100000, Count: 65536},
		"NAME:100000:65536":                       {Inner: 0, Outer: 100000, Count: 65536},
		"other:1:2\nME:100000:65536\nNAME:5:6\n":  {Inner: 0, Outer: 100000, Count: 65536},
		"\n# NAME:1:2\n:3:4\n  NAME:100000:65536": {Inner: 0, Outer: 100000, Count: 65536},
		"NAMES:1:2\nME0:1:2\nNAME:100000:1\n":     {Inner: 0, Outer: 100000, Count: 1},
	} {
		if m, err := grantedTo(grants(t, text)); err != nil || m != want {
			t.Errorf("%q grants %v, %v", text, m, err)
		}
	}
}

func TestWhatGrantsNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "other:100000:65536\n", "ME", "NAME:100000", "NAME:a:b", "NAME:0:0", "NAME:1:2:3", "NAME:-1:5"} {
		if m, err := grantedTo(grants(t, text)); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q grants %v, %v", text, m, err)
		}
	}
	if m, err := grantedTo(filepath.Join(t.TempDir(), "nosuch")); err == nil {
		t.Errorf("a file that is not there grants %v", m)
	}
}

// What the helper is given and what the kernel is given is the same.
func TestOnlyOwn(t *testing.T) {
	for _, c := range []struct {
		maps []Map
		want bool
	}{
		{nil, false},
		{[]Map{{Inner: 0, Outer: 7, Count: 1}}, true},
		{[]Map{{Inner: 7, Outer: 7, Count: 1}}, true},
		{[]Map{{Inner: 7, Outer: 0, Count: 1}}, false},
		{[]Map{{Inner: 0, Outer: 7, Count: 2}}, false},
		{[]Map{{Inner: 0, Outer: 7, Count: 1}, {Inner: 1, Outer: 8, Count: 1}}, false},
	} {
		if onlyOwn(c.maps, 7) != c.want {
			t.Errorf("%v is taken for own by 7: %v", c.maps, !c.want)
		}
	}
}
