package ufs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ctrkit/internal/chain"
)

// Check wants layers, and room for changes.
func (m *Mount) Check() error {
	switch {
	case m.Root == "":
		return errors.New("mount on: no directory is given")
	case m.Machine && len(m.Lower) > 0:
		return errors.New("unite layers: --machine is a lower layer itself, so --lower has no place beside it")
	case !m.Machine && len(m.Lower) == 0:
		return &chain.Hinted{Err: errors.New("unite layers: there is none"), Hint: "add --lower DIR, or --machine"}
	case m.Scratch == 0:
		return &chain.Hinted{Err: errors.New("unite layers: nowhere to write"), Hint: "add --scratch 256M"}
	}
	return nil
}

// overlays are the mounts of the tree, and the machine is asked what they need.
func (m *Mount) overlays(root string) ([]overlay, error) {
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return nil, notADirectory("mount on", root, err)
	}
	if m.Machine && root == "/" {
		return nil, errors.New("mount on /: a mount there would lie on the root, and nobody would see it")
	}
	if m.Machine {
		return machine()
	}
	o := overlay{}
	for _, dir := range m.Lower {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, notADirectory("read layer", dir, err)
		}
		if within(real(dir), real(root)) {
			return nil, &chain.Hinted{
				Err:  fmt.Errorf("read layer %s: it lies in %s, which the tree will cover", dir, root),
				Hint: "choose another directory for the tree",
			}
		}
		for _, other := range o.lower {
			if within(real(dir), other) || within(other, real(dir)) {
				return nil, &chain.Hinted{
					Err:  fmt.Errorf("read layer %s: it lies in another layer, %s, or the other way round", dir, other),
					Hint: "an overlay wants layers that have nothing in common",
				}
			}
		}
		o.lower = append(o.lower, real(dir))
	}
	return []overlay{o}, nil
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

// escape protects the characters that separate layers and options.
var escape = strings.NewReplacer(`\`, `\\`, `:`, `\:`, `,`, `\,`)

func (o *overlay) options(upper, work string) string {
	lower := make([]string, len(o.lower))
	for i, dir := range o.lower {
		lower[i] = escape.Replace(dir)
	}
	return "lowerdir=" + strings.Join(lower, ":") +
		",upperdir=" + escape.Replace(upper) + ",workdir=" + escape.Replace(work)
}
