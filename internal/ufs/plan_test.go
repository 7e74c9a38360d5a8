package ufs

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/recipe"
)

// told is what a dry run of a step in a child tells.
func told(t *testing.T, m *Mount, namespaces uint64) string {
	t.Helper()
	var b strings.Builder
	r := recipe.New("test")
	r.Dry, r.Narrator = true, &recipe.Narrator{W: &b}
	r.Clone3(namespaces)
	if err := m.Lines(r); err != nil {
		t.Fatal(err)
	}
	if err := r.DryRun(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A child that is cloned into a user namespace has no power over trusted attributes, and its mounts are locked, whoever
// records what it will do.
func TestInAChildsUserNamespace(t *testing.T) {
	layer := &Mount{Lower: []string{t.TempDir()}, Scratch: 1 << 20, Root: t.TempDir()}
	machine := &Mount{Machine: true, Scratch: 1 << 20, Root: layer.Root}
	for _, c := range []struct {
		step       *Mount
		namespaces uint64
		wants      []string
		never      []string
	}{
		{layer, unix.CLONE_NEWNS, nil, []string{"userxattr"}},
		{layer, unix.CLONE_NEWNS | unix.CLONE_NEWUSER, []string{",userxattr"}, []string{"fchownat"}},
		{machine, unix.CLONE_NEWNS, []string{`"lowerdir=/,`}, []string{"userxattr"}},
		{machine, unix.CLONE_NEWNS | unix.CLONE_NEWUSER, []string{`"lowerdir=/etc,`, ",userxattr"}, []string{`"lowerdir=/,`, "setxattr(", "fchownat"}},
	} {
		text := told(t, c.step, c.namespaces)
		for _, want := range c.wants {
			if !strings.Contains(text, want) {
				t.Errorf("%+v: %q is not told:\n%s", c.step, want, text)
			}
		}
		for _, never := range c.never {
			if strings.Contains(text, never) {
				t.Errorf("%+v: %q is told:\n%s", c.step, never, text)
			}
		}
	}
}

// An owner of a layer is whom the maps make of him, and nobody in particular where they do not know him.
func TestOwner(t *testing.T) {
	maps := []argv.Map{{Inner: 0, Outer: 100000, Count: 10}, {Inner: 20, Outer: 5, Count: 1}}
	for _, c := range []struct {
		tree     tree
		id, want uint32
	}{
		{tree{}, 7, 7},
		{tree{}, unknown, unknown},
		{tree{users: true}, unknown, 0},
		{tree{users: true}, 7, 7},
		{tree{maps: maps}, 0, 100000},
		{tree{maps: maps}, 9, 100009},
		{tree{maps: maps}, 10, 0},
		{tree{maps: maps}, 20, 5},
	} {
		if got := c.tree.owner(c.id); got != c.want {
			t.Errorf("%d is %d, not %d, for %+v", c.id, got, c.want, c.tree)
		}
	}
}
