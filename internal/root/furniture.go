package root

import (
	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// furniture is what a root is fitted with. There are three moments: before the pivot,
// when it is taken from the old root; while both roots are there, because the kernel
// lets a user namespace mount a /proc and a /sys only where it sees others; and when the
// old root is gone, so that links of the image that are followed cannot lead there.
type furniture struct {
	*Pivot
	r      *recipe.Recipe
	nodes  *nodes
	store  *store
	masks  []mask
	places []place
	proc   *recipe.Slot // that of the old root, if none can be mounted
	sys    *recipe.Slot // the same
	umask  bool         // it is 0 for the time being
}

func (p *Pivot) furniture(r *recipe.Recipe) *furniture {
	f := &furniture{Pivot: p, r: r, nodes: newNodes(r)}
	f.nodes.shmSize = p.ShmSize
	defaults := (p.Proc || p.Sys) && !p.NoDefaultMasks
	if covers := defaults || len(p.Mask) > 0; covers || len(p.File) > 0 {
		f.store = &store{files: p.files(), covers: covers, nodes: f.nodes}
	}
	return f
}

// take takes hold of what comes from the old root.
func (f *furniture) take(root string) error {
	if f.held == nil {
		if err := f.Hold(f.r); err != nil {
			return err
		}
	}
	f.places = append(f.places, f.held...)
	f.takeForeign()
	if f.Dev {
		if err := f.nodes.take(f.r, "", devices...); err != nil {
			return err
		}
		f.nodes.takeTerminal(f.r)
	}
	if f.store != nil {
		return f.store.reserve(f.r, root)
	}
	return nil
}

// mountSystems mounts the kernel's own file systems. Both roots are there: so no link is
// followed here.
func (f *furniture) mountSystems() error {
	if !f.Proc && !f.Sys && !f.Dev && f.store == nil {
		return nil
	}
	f.permissions()
	if f.Proc {
		enter(f.r, "proc")
		f.procfs()
	}
	if f.Sys {
		enter(f.r, "sys")
		f.sysfs()
		if err := f.cgroups(); err != nil {
			return err
		}
	}
	if f.Dev {
		f.nodes.dev(f.r)
	}
	if f.store != nil {
		f.useStore()
	}
	// What is detached next is what lies on the working directory: that must be the
	// old root, which lies on the new one.
	f.r.Chdir("/")
	return nil
}

// useStore covers what is known to be there, and takes what gets its place later.
func (f *furniture) useStore() {
	f.store.open(f.r)
	if !f.NoDefaultMasks {
		f.maskSystems(f.r)
	}
	f.masks = f.takeMasks(f.r)
	for i, file := range f.store.files {
		tree := take(f.r, f.store.name(i), "text"+f.store.name(i))
		f.places = append(f.places, place{target: file.Target, file: true, link: true, attach: func(at recipe.Slot) {
			//doc:file
			// It hides what the image has under this name, even a link that leads nowhere.
			f.r.MoveMount(tree, at, "")
			// It is in its place.
			f.r.Close(tree)
		}})
	}
}

// fill attaches everything else. The old root is gone: where links of the image lead, they
// lead in the image.
func (f *furniture) fill() {
	for _, t := range f.tmpfs() {
		f.places = append(f.places, place{target: t.Target, attach: func(at recipe.Slot) { t.mount(f.r, at) }})
	}
	if len(f.places) > 0 || f.Wd != "" {
		f.permissions()
	}
	for _, p := range sorted(f.places) {
		p.fill(f.r)
	}
	for _, m := range f.masks {
		m.attach(f.r)
	}
	for _, path := range f.ReadonlyPath {
		f.lock(f.r, path)
	}
	f.finish()
}

// finish locks the root and goes to the directory that was asked for.
func (f *furniture) finish() {
	switch {
	case f.Wd != "":
		walk(f.r, f.Wd)
	case len(f.places) > 0:
		// Programs start at the top.
		f.r.Chdir("/")
	}
	if f.umask {
		// The mask is the one that we were started with again.
		f.r.Umask(recipe.CurrentUmask())
	}
	if f.Readonly {
		f.lockRoot(f.r)
	}
}

// permissions makes those of new files what is written, whatever the user's own mask is.
func (f *furniture) permissions() {
	if f.umask {
		return
	}
	f.umask = true
	// The permissions that follow are meant as written.
	f.r.Umask(0)
}

// tmpfs are the directories in memory.
func (p *Pivot) tmpfs() []Tmpfs {
	if !p.Tmp {
		return p.Tmpfs
	}
	return append([]Tmpfs{{Target: "/tmp", Exec: true}}, p.Tmpfs...)
}

// enter makes a directory of the new root the working directory, if it is one.
func enter(r *recipe.Recipe, name string) {
	// Paths are looked up from the new root again.
	r.Chdir("/")
	// An image may lack the directory.
	r.Mkdirat(name, 0o755).Tolerate(unix.EEXIST)
	open(r, name, name)
}

// open makes a directory the working directory, if it is one.
func open(r *recipe.Recipe, path, name string) {
	// Whoever made the image may have put a symbolic link here. It is not followed.
	dir := r.Openat(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, name)
	// What is mounted on "." is mounted on what was opened, whatever its name means now.
	r.Fchdir(dir)
	// The working directory holds it.
	r.Close(dir)
}
