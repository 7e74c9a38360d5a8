// Package ufs unites directories into one copy-on-write tree.
//
// An overlay shows the files of its lower layers, and keeps what is changed in
// an upper layer. See the kernel's Documentation/filesystems/overlayfs.rst.
package ufs

import (
	"embed"
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("ufs", source) }

// Mount unites layers into one tree at Root and becomes the program.
type Mount struct {
	Lower   []string  `sep:"none" placeholder:"DIR" help:"Layer that is only read. The first one given is the topmost."`
	Machine bool      `help:"The machine's own files as the lower layer, without those of its users: /root, /home, /run and /tmp are empty."`
	Scratch argv.Size `placeholder:"SIZE" help:"Room, in memory, for what is written. It is gone with the mount namespace."`
	Root    string    `arg:"" help:"Directory at which the tree appears."`
	chain.Next
}

func (m *Mount) Name() string { return "ufs-mount" }

// Guard refuses to mount where the whole machine would see it.
func (m *Mount) Guard() error { return chain.OwnMounts() }

// An overlay is one mount of the tree: most trees have one.
type overlay struct {
	at      string // where it belongs in the tree, "" for its root
	lower   []string
	empty   []directory // directories below at that hide those of the lower layer
	because string
	top     unix.Stat_t // of the topmost lower layer
}

// Lines records the room for changes first, then the tree in a corner of it, and
// moves the tree on top of the room in the end.
func (m *Mount) Lines(r *recipe.Recipe) error {
	root, err := filepath.Abs(m.Root)
	if err != nil {
		return err
	}
	overlays, err := m.overlays(root)
	if err != nil {
		return err
	}
	//doc:scratch
	// Only a mount can be limited in size and vanish with its namespace: what is
	// written goes to a file system in memory.
	r.Mount("tmpfs", root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=0755", m.Scratch))
	// The permissions that follow are meant as written.
	r.Umask(0)
	// The tree grows here, where the layers' directories do not show.
	r.Mkdirat(root+"/tree", 0o755)
	for i, o := range overlays {
		if err := unix.Stat(o.lower[0], &o.top); err != nil {
			return fmt.Errorf("read layer %s: %w", o.lower[0], err)
		}
		o.lines(r, fmt.Sprintf("%s/%d", root, i), root+"/tree"+o.at)
	}
	// The mask is the one that we were started with again.
	r.Umask(recipe.CurrentUmask())
	//doc:move
	// The tree is moved onto the directory, and the upper layer below it is out of
	// sight: nobody can change a layer behind the union's back.
	r.Mount(root+"/tree", root, "", unix.MS_MOVE, "")
	return nil
}

// lines records one overlay, whose upper and work directories are made in room.
func (o *overlay) lines(r *recipe.Recipe, room, target string) {
	upper, work := room+"/upper", room+"/work"
	// An overlay needs a directory for its changes and, on the same file system,
	// one in which it prepares them.
	for _, dir := range []string{room, work} {
		r.Mkdirat(dir, 0o755).Because(o.because)
	}
	// The top of the tree is the top of the upper layer: it has the mode of the
	// topmost lower one.
	r.Mkdirat(upper, o.top.Mode&0o7777).Because(o.because)
	if o.top.Uid != 0 || o.top.Gid != 0 {
		// The same goes for its owner.
		r.Fchownat(upper, o.top.Uid, o.top.Gid).Because("the layer's directory has that owner")
	}
	for _, d := range o.empty {
		// A directory in the upper layer would be merged with the one below.
		r.Mkdirat(upper+d.name, d.mode).Because("there is a " + d.name)
		//doc:opaque
		// Marked opaque, it hides the one below instead.
		r.Setxattr(upper+d.name, "trusted.overlay.opaque", "y")
	}
	//doc:overlay
	// Reads fall through to the lower layer; a file is copied up when it is first
	// written to. The lower layer never changes.
	r.Mount("overlay", target, "overlay", 0, o.options(upper, work)).Because(o.because)
}
