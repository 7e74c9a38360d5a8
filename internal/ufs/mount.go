// Package ufs unites directories into one copy-on-write tree.
//
// An overlay shows the files of its lower layers, and keeps what is changed in
// an upper layer. See the kernel's Documentation/filesystems/overlayfs.rst.
package ufs

import (
	"embed"
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("ufs", source) }

// Mount unites layers into one tree at Root, and becomes the program if there is one.
type Mount struct {
	Lower   []string   `sep:"none" placeholder:"DIR" help:"Layer that is only read. The first one given is the topmost."`
	Branch  []Branch   `sep:"none" placeholder:"DIR=MODE" help:"Layer in the words of aufs, instead of --lower and --upper: rw (the topmost one only), ro (without whiteouts), ro+wh."`
	Machine bool       `help:"The machine's own files as the lower layer, without those of its users: /root, /home, /run and /tmp are empty."`
	Upper   string     `placeholder:"DIR" help:"Directory for what is written. It is kept, and made if it is missing."`
	Work    string     `placeholder:"DIR" help:"Directory beside the one of --upper, in which overlayfs prepares changes. It is made too."`
	Scratch argv.Size  `placeholder:"SIZE" help:"Room, in memory, for what is written, instead of --upper. It is gone with the mount. Without both, nothing can be written."`
	Map     []argv.Map `sep:"none" placeholder:"INNER:OUTER:COUNT" help:"Show the files of COUNT owners from INNER on as those of OUTER on, in all lower layers; repeatable."`
	Option  []Option   `sep:"none" placeholder:"KEY=VALUE" help:"Option of overlayfs: index, metacopy, redirect_dir, xino, volatile, userxattr; repeatable."`
	Devices bool       `help:"Let device nodes in the layers work. Without this they are names only."`
	Unmount bool       `help:"Undo at ROOT what was mounted without PROG."`
	Root    string     `arg:"" help:"Directory at which the tree appears."`
	chain.Next
}

func (m *Mount) Name() string { return "ufs-mount" }

// Alone says that there may be no program: the tree stays when we have ended.
func (m *Mount) Alone() bool { return len(m.Prog) == 0 }

// Guard refuses to mount for a program where the whole machine would see it. Without one
// that is what is asked for, as by mount(8).
func (m *Mount) Guard() error {
	if m.Alone() {
		return nil
	}
	return chain.OwnMounts()
}

// ours is what the mounts are made from, in the kernel's list of them. The file systems do
// not care for the name; --unmount knows our mounts by it.
const ours = "ufs-mount"

// Lines records the room for changes first, then the tree in a corner of it, and
// moves the tree on top of the room in the end.
func (m *Mount) Lines(r *recipe.Recipe) error {
	if m.Unmount {
		return m.unmount(r)
	}
	t, err := m.plan(r)
	if err != nil {
		return err
	}
	t.keep(r, &t.overlays[0])
	if t.room == 0 {
		t.overlays[0].lines(r, t, "", t.root)
		return nil
	}
	t.begin(r)
	t.rebuild(r)
	for i := range t.overlays {
		t.overlays[i].lines(r, t, fmt.Sprintf("%s/%d", t.root, i), t.tree()+t.overlays[i].at)
	}
	t.end(r)
	return nil
}

// begin records the room.
func (t *tree) begin(r *recipe.Recipe) {
	//doc:scratch
	// Only a mount can be limited in size and vanish with its namespace: what is
	// written goes to a file system in memory.
	r.Mount(ours, t.root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=0755", t.room)).TakenBack(t.detach)
	if t.shared {
		// What is mounted in it is moved later, and only a mount that is private to this
		// namespace can be left.
		r.Mount("", t.root, "", unix.MS_PRIVATE, "").Because("the mounts around " + t.root + " are shared")
	}
	// The permissions that follow are meant as written.
	r.Umask(0)
	// The tree grows here, where the layers' directories do not show.
	r.Mkdirat(t.tree(), 0o755)
}

// end records that the tree comes to its place.
func (t *tree) end(r *recipe.Recipe) {
	// The mask is the one that we were started with again.
	r.Umask(recipe.CurrentUmask())
	//doc:move
	// The tree is moved onto the directory, and the upper layer below it is out of
	// sight: nobody can change a layer behind the union's back.
	r.Mount(t.tree(), t.root, "", unix.MS_MOVE, "").TakenBack(t.detach)
}

// detach undoes the topmost mount at the root, with all that is in it.
func (t *tree) detach() error { return unix.Unmount(t.root, unix.MNT_DETACH) }

// lines records one overlay. What it needs beside its layers is made in room.
func (o *overlay) lines(r *recipe.Recipe, t *tree, room, target string) {
	switch {
	case o.upper != "":
		// It is there.
	case t.writable:
		o.makeUpper(r, t, room)
	case len(o.lower) == 1:
		// Where nothing can be written an overlay wants two layers, so there is an empty one
		// below.
		r.Mkdirat(room, 0o755)
		o.blank = room
	}
	data := o.options(t)
	staged := t.staged(data)
	var back recipe.Slot
	if staged {
		back, data = o.stage(r, t)
	}
	//doc:overlay
	// Reads fall through to the lower layer; a file is copied up when it is first
	// written to. The lower layer never changes. A device node in it is a name and no
	// more, for whoever made the layer could have put the machine's disk there.
	mount := r.Mount(ours, target, "overlay", t.flags, data).Because(o.because)
	if room == "" {
		mount.TakenBack(t.detach)
	}
	if staged {
		t.unstage(r, back)
	}
}

// makeUpper records that the directories for what is written are made.
func (o *overlay) makeUpper(r *recipe.Recipe, t *tree, room string) {
	o.upper, o.work = room+"/upper", room+"/work"
	// An overlay needs a directory for its changes and, on the same file system,
	// one in which it prepares them.
	for _, dir := range []string{room, o.work} {
		r.Mkdirat(dir, 0o755).Because(o.because)
	}
	// The top of the tree is the top of the upper layer: it has the mode of the
	// topmost lower one.
	r.Mkdirat(o.upper, o.top.Mode&0o7777).Because(o.because)
	if uid, gid := t.owner(o.top.Uid), t.owner(o.top.Gid); uid != 0 || gid != 0 {
		// The same goes for its owner.
		r.Fchownat(o.upper, uid, gid).Because("the layer's directory has that owner")
	}
	for _, d := range o.empty {
		// A directory in the upper layer would be merged with the one below.
		r.Mkdirat(o.upper+d.name, d.mode).Because("there is a " + d.name)
		if root := t.owner(0); root != 0 {
			// It belongs to whom root of the machine appears as.
			r.Fchownat(o.upper+d.name, root, root).Because("owners are mapped")
		}
		//doc:opaque
		// Marked opaque, it hides the one below instead.
		r.Setxattr(o.upper+d.name, t.marks+"opaque", "y")
	}
}
