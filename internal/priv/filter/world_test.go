//go:build world

package filter

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
	"ctrkit/internal/sandbox"
)

// podman is where Debian puts the profile of podman, which comes with skopeo as well.
const podman = "/usr/share/containers/seccomp.json"

// TestWorld compares the default with the one of podman, for the same capabilities and every call. Each difference is in a
// table, with its reason.
func TestWorld(t *testing.T) {
	text, err := os.ReadFile(podman)
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("testdata/podman.txt")
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(text)); !strings.Contains(string(table), sum) {
		sandbox.Skip(t, "needs the profile of containers-common 0.50, not "+sum)
	}
	const caps = 0x800405fb
	theirs, err := Parse(text, Place{Caps: caps, Kernel: [2]int{5, 10}, Number: func(name string) (int, bool) {
		for c := range recipe.Capability(recipe.Capabilities) {
			if c.String() == name {
				return int(c), true
			}
		}
		return 0, false
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Compile(); err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for line := range strings.Lines(string(table)) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(fields) == 4 {
			reasons[strings.Join(fields[:3], "\t")] = fields[3]
		}
	}
	ours := Default(caps)
	for _, c := range archOf("amd64").calls {
		x, y := ours.outcome(c.name).text(), theirs.outcome(c.name).text()
		row := fmt.Sprintf("%s\t%s\t%s", c.name, x, y)
		if x != y && reasons[row] == "" {
			t.Errorf("no reason for this difference:\n%s", row)
		}
		if x == y {
			row = ""
		}
		delete(reasons, row)
	}
	for row := range reasons {
		t.Errorf("a difference that is none:\n%s", row)
	}
	if ours.unknown != fail(unix.ENOSYS) || theirs.unknown != ours.unknown {
		t.Errorf("new calls: ours %s, theirs %s", ours.unknown, theirs.unknown)
	}
}

func (s span) text() string {
	if s.verdict != nil {
		return s.verdict.String()
	}
	return s.action.String()
}
