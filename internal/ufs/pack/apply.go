// Package pack turns layers into archives, and archives into layers.
package pack

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
	"ctrkit/internal/ufs"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("pack", source) }

// Apply unpacks layer archives: onto one directory, or each into one of its own.
type Apply struct {
	Onto    string   `placeholder:"DIR" help:"Directory to unpack onto; the current one unless given. It is made if it is not there."`
	Layers  bool     `help:"Make a directory in DIR for each archive, 1 for the lowest, with overlayfs's own whiteouts, and print the options of ufs-mount for them."`
	Cache   bool     `help:"Unpack into a directory of the cache that the archive's digest is the name of, unless it is there already, and print that."`
	Devices bool     `help:"Make device nodes. Without this, an archive that has any is refused."`
	Squash  bool     `help:"Forget owners that we may not give. Without this, they are kept in the attribute user.containers.override_stat, as podman does."`
	Layer   []string `arg:"" help:"Archives, plain or compressed by gzip or zstd, the lowest first; - is standard input."`
}

func (a *Apply) Name() string { return "ufs-apply" }

// Alone says that there is no program to become.
func (a *Apply) Alone() bool { return true }

func (a *Apply) Program() ([]string, chain.Root) { return nil, chain.SameRoot }

// Check wants standard input to be read once at most.
func (a *Apply) Check() error {
	stdin := false
	for _, name := range a.Layer {
		if name == "-" && stdin {
			return errors.New("unpack -: standard input can be read only once")
		}
		stdin = stdin || name == "-"
	}
	if a.Cache && (a.Onto != "" || a.Layers || len(a.Layer) > 1) {
		return errors.New("unpack into the cache: one archive goes into a directory of its own, so --onto, --layers and more archives have no place beside --cache")
	}
	return nil
}

func (a *Apply) onto() string {
	switch {
	case a.Cache:
		return ufs.CacheDir()
	case a.Onto == "":
		return "."
	}
	return a.Onto
}

// Lines records one line for each archive, as an archive has more members than anybody
// wants to read about.
func (a *Apply) Lines(r *recipe.Recipe) error {
	if a.Cache {
		return a.cache(r)
	}
	if info, err := os.Stat(a.onto()); err == nil && !info.IsDir() {
		return fmt.Errorf("unpack onto %s: not a directory", a.onto())
	}
	for _, name := range a.Layer {
		if _, err := os.Stat(name); err != nil && name != "-" {
			return fmt.Errorf("unpack %s: %w", name, errors.Unwrap(err))
		}
	}
	p := &applying{step: a, packets: make([]packet, len(a.Layer))}
	// A directory in the target itself, under a name that nobody else has. If an archive
	// is refused, or the disk is full, it is removed, and the target is as it was.
	r.Outside(recipe.Outside{
		Name: "make a stage in", Object: a.onto(),
		Same: "mktemp -d " + argv.Quote([]string{a.onto() + "/.ufs-apply-XXXX"}), Do: p.begin, Undo: p.abandon,
	})
	for i := range p.packets {
		p.unpack(r, i)
	}
	if a.Layers {
		p.publish(r)
		return nil
	}
	for i := range p.packets {
		p.merge(r, i)
	}
	// Only empty directories are left in it.
	r.Outside(recipe.Outside{Name: "remove the stage in", Object: a.onto(), Do: p.end})
	return nil
}

func (a *Apply) cache(r *recipe.Recipe) error {
	dir, err := a.unpack(r)
	if err != nil {
		return err
	}
	// Whoever asked for it can make it the lower layer of a union.
	r.Outside(recipe.Outside{Name: "print", Object: "its directory", Do: func(int) error { return show(dir + "\n") }})
	return nil
}

// unpack records that one archive is unpacked.
func (p *applying) unpack(r *recipe.Recipe, i int) {
	// A member goes into a directory that is held open, under a name that is no symbolic
	// link, so none gets outside. A member .wh.NAME becomes a whiteout: a character device
	// 0/0. A member .wh..wh..opq makes its directory opaque: an attribute of overlayfs.
	// A hard link is one more name of a file in this layer or one below. A directory gets
	// its times when all that is in it is there.
	r.Outside(recipe.Outside{
		Name: "unpack", Object: p.step.Layer[i], Do: func(int) error { return p.unpackOne(i) },
	})
}

// merge records that one layer becomes part of the target.
func (p *applying) merge(r *recipe.Recipe, i int) {
	// What a whiteout names is removed, an opaque directory replaces the old one, any
	// other directory becomes one with it, and the rest is renamed into its place. No
	// content is copied, so the disk cannot be full now.
	r.Outside(recipe.Outside{
		Name: "merge", Object: p.step.Layer[i], Do: func(int) error { return p.mergeOne(i) },
	})
}

// publish records that the layers' directories get their names.
func (p *applying) publish(r *recipe.Recipe) {
	for i, name := range p.step.Layer {
		// The directory of a layer is whole when it appears under its name. It is what
		// overlayfs wants for a lower layer.
		r.Outside(recipe.Outside{
			Name: "publish", Object: fmt.Sprintf("%s as %s", name, p.dir(i)),
			Do:   func(int) error { return p.stage.Publish(i+1, strconv.Itoa(i+1)) },
			Undo: func() error { return p.stage.Retract(strconv.Itoa(i + 1)) },
		})
	}
	// The topmost layer comes first, as in the option lowerdir of mount(8).
	r.Outside(recipe.Outside{Name: "print", Object: "the options of ufs-mount", Do: func(int) error {
		var b strings.Builder
		for i := len(p.packets) - 1; i >= 0; i-- {
			fmt.Fprintf(&b, "--lower=%s\n", p.dir(i))
			if p.packets[i].opaque {
				break // it hides those below
			}
		}
		return show(b.String())
	}})
	// Nothing is left in it.
	r.Outside(recipe.Outside{Name: "remove the stage in", Object: p.step.onto(), Do: p.end})
}
