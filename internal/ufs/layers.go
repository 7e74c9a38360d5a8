package ufs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ctrkit/internal/chain"
	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

// unite plans the one overlay of layers that were given.
func (t *tree) unite(m *Mount, r *recipe.Recipe, mounts []proc.Mount) error {
	lower, upper := m.layers()
	o := overlay{}
	var err error
	if o.lower, err = lowerLayers(lower); err != nil {
		return err
	}
	all := lower
	if upper != "" {
		if o.upper, o.work, err = t.upperLayer(upper, m.Work, o.lower, mounts); err != nil {
			return err
		}
		// In a dry run, and in a child, it is somebody else who will write there.
		if !r.Dry && !r.Clones() {
			if err := writableTo(o.upper, o.work); err != nil {
				return err
			}
		}
		all = append([]string{upper, m.Work}, lower...)
	}
	for _, b := range m.Branch {
		if b.Mode == readOnly {
			if err := t.plain(b.Dir); err != nil {
				return err
			}
		}
	}
	t.overlays = []overlay{o}
	lonely := upper == "" && len(lower) == 1
	if t.room == 0 && (lonely || t.staged(o.options(t))) {
		t.room = smallRoom
	}
	return t.covers(all)
}

// lowerLayers finds the directories.
func lowerLayers(given []string) (lower []string, err error) {
	for i, name := range given {
		dir, err := directoryAt("read layer", name)
		if err != nil {
			return nil, err
		}
		for j, other := range lower {
			if within(dir, other) || within(other, dir) {
				return nil, together(absolute(given[i]), dir, absolute(given[j]), other)
			}
		}
		lower = append(lower, dir)
	}
	return lower, nil
}

// together is the error of two layers, each with its real path, that are not apart.
func together(name, dir, name2, dir2 string) error {
	err := fmt.Errorf("read layer %s: another layer lies in it, %s", name, name2)
	switch {
	case name == name2:
		err = fmt.Errorf("read layer %s: it is given twice", name)
	case dir == dir2:
		err = fmt.Errorf("read layer %s: it is given twice, once as %s", name, name2)
	case within(dir, dir2):
		err = fmt.Errorf("read layer %s: it lies in another layer, %s", name, name2)
	}
	return &chain.Hinted{Err: err, Hint: "an overlay wants layers that have nothing in common"}
}

// covers refuses layers that the room would hide before the kernel has seen them.
func (t *tree) covers(layers []string) error {
	root := real(t.root)
	if t.room == 0 && t.root == "/" {
		return errors.New("mount on /: a mount there would lie on the root, and nobody would see it")
	}
	for _, dir := range layers {
		if dir = absolute(dir); t.room > 0 && within(real(dir), root) {
			return &chain.Hinted{
				Err:  fmt.Errorf("read layer %s: it lies in %s, which the tree will cover", dir, t.root),
				Hint: "choose another directory for the tree",
			}
		}
	}
	return nil
}

// directoryAt is the real path of a directory.
func directoryAt(action, name string) (string, error) {
	name = absolute(name)
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return "", notADirectory(action, name, err)
	}
	return real(name), nil
}

// absolute is a path from the root. It fails nowhere but in a directory that was removed,
// and there the path leads nowhere either.
func absolute(name string) string {
	if full, err := filepath.Abs(name); err == nil {
		return full
	}
	return name
}

// notADirectory says which of the two it is: not there, or something else.
func notADirectory(action, name string, err error) error {
	var cause *os.PathError
	if errors.As(err, &cause) {
		return fmt.Errorf("%s %s: %w", action, name, cause.Err)
	}
	return fmt.Errorf("%s %s: not a directory", action, name)
}

// real is a path without symbolic links, as far as it exists.
func real(name string) string {
	if followed, err := filepath.EvalSymlinks(name); err == nil {
		return followed
	}
	return name
}

// within reports whether a path lies in a directory or is it.
func within(name, dir string) bool {
	return name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}
