package root

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/recipe"
)

// A Bind shows a file or directory of the old root in the new one. It is written
// SRC:DST[:OPTION,...]. A colon in a name has a backslash before it, and so has a
// backslash before a colon or another.
type Bind struct {
	Source, Target string
	ReadOnly       bool       // ro: nobody can write there by this way
	Devices        bool       // dev: device nodes work; else they are names only
	Recursive      bool       // rec: with what is mounted below the source
	Maps           []argv.Map // idmap=INNER:OUTER:COUNT: what is INNER's on the disk seems to be OUTER's
}

func (b Bind) MarshalText() ([]byte, error) {
	text := escape(b.Source, ':') + ":" + escape(b.Target, ':')
	var options []string
	if b.ReadOnly {
		options = append(options, "ro")
	}
	if b.Devices {
		options = append(options, "dev")
	}
	if b.Recursive {
		options = append(options, "rec")
	}
	for _, m := range b.Maps {
		options = append(options, "idmap="+m.String())
	}
	if len(options) > 0 {
		text += ":" + strings.Join(options, ",")
	}
	return []byte(text), nil
}

func (b *Bind) UnmarshalText(text []byte) error {
	source, rest, ok := cut(string(text), ':')
	target, options, more := cut(rest, ':')
	if !ok || source == "" || target == "" {
		return fmt.Errorf("%q is no bind: write SRC:DST, or SRC:DST:ro", text)
	}
	*b = Bind{Source: source, Target: target}
	if !more {
		return nil
	}
	for option := range strings.SplitSeq(options, ",") {
		if err := b.set(option); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bind) set(option string) error {
	name, value, _ := strings.Cut(option, "=")
	switch {
	case option == "ro":
		b.ReadOnly = true
	case option == "rw":
		b.ReadOnly = false
	case option == "dev":
		b.Devices = true
	case option == "rec":
		b.Recursive = true
	case name == "idmap":
		var m argv.Map
		if err := m.UnmarshalText([]byte(value)); err != nil {
			return err
		}
		b.Maps = append(b.Maps, m)
	default:
		return fmt.Errorf("%q is no option of a bind: it is ro, rw, dev, rec or idmap=INNER:OUTER:COUNT; a colon in a name has a backslash before it", option)
	}
	return nil
}

// clone takes hold of the source, while it can be reached.
func (b *Bind) clone(r *recipe.Recipe) (recipe.Slot, error) {
	flags, below := uint64(unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC), uint64(0)
	if b.Recursive {
		below = unix.AT_RECURSIVE
	}
	//doc:bind
	// A copy of the mount at the source, attached nowhere yet. It is a descriptor: when
	// it gets its place, no link of the new root can make another thing of it.
	tree := r.OpenTree(b.Source, flags|below, b.Source)
	if err := b.remap(r, tree, below); err != nil {
		return tree, err
	}
	if attributes := b.attributes(); attributes != 0 && hasSetattr() {
		// Not the files change, but this way to them, with all that is mounted below it if
		// that comes along. A device node is a door into the kernel, so it is a name only,
		// unless it was asked for; and what is read-only is so by this way.
		r.MountSetattr(tree, below, attributes, 0, 0)
	}
	if b.ReadOnly && !hasSetattr() && b.Recursive && mountsBelow(b.Source) {
		return tree, errors.New("bind " + b.Source + ": to make what is mounted below it read-only too takes Linux 5.12")
	}
	return tree, nil
}

// Hold takes hold of what is bound, where that takes privileges which the user namespace of
// all the rest does not have.
func (p *Pivot) Hold(r *recipe.Recipe) error {
	for i := range p.Bind {
		b := &p.Bind[i]
		tree, err := b.clone(r)
		if err != nil {
			return err
		}
		p.held = append(p.held, place{target: b.Target, file: b.isFile(), attach: func(at recipe.Slot) {
			//doc:attach
			// What was taken from the old root gets its place.
			r.MoveMount(tree, at, "")
			// It is in its place, and no longer a descriptor's.
			r.Close(tree)
			b.lockOld(r)
		}})
	}
	return nil
}

// attributes are what the mount is to have that its source may lack.
func (b *Bind) attributes() (attributes uint64) {
	if !b.Devices {
		attributes |= unix.MOUNT_ATTR_NODEV
	}
	if b.ReadOnly {
		attributes |= unix.MOUNT_ATTR_RDONLY
	}
	return attributes
}

// lockOld changes a bind in the way of kernels before Linux 5.12: when it has its place,
// with all the options that it has already, and without what is mounted below it.
func (b *Bind) lockOld(r *recipe.Recipe) {
	if b.attributes() == 0 || hasSetattr() {
		return
	}
	flags := optionsOf(b.Source)
	if !b.Devices {
		flags |= unix.MS_NODEV
	}
	if b.ReadOnly {
		flags |= unix.MS_RDONLY
	}
	// This kernel can change a mount only by its name, and the options that are not
	// repeated are off.
	r.Mount("", b.Target, "", unix.MS_REMOUNT|unix.MS_BIND|flags, "").
		Because("the kernel has no mount_setattr(2)")
}

// isFile reports whether a source is no directory. One that is not there is taken for
// one: opening it will fail anyway.
func (b *Bind) isFile() bool {
	info, err := os.Stat(b.Source)
	return err == nil && !info.IsDir()
}
