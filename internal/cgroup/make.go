package cgroup

import (
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// make records that the directory of the group is made, and that the controllers
// reach it.
func (p *place) make(r *recipe.Recipe) {
	p.collects(r)
	p.leave(r)
	//doc:enable
	for _, e := range p.missing(p.parent, p.need) {
		// The files of a controller are only in those groups whose parent hands it on.
		r.Outside(recipe.Outside{
			Name: "enable " + e.controller + " in", Object: e.dir,
			Same: "echo +" + e.controller + " > " + filepath.Join(e.dir, "cgroup.subtree_control"),
			Do:   func(int) error { return write(filepath.Join(e.dir, "cgroup.subtree_control"), "+"+e.controller) },
		}).Because("the groups below do not have it yet")
	}
	if p.found {
		return
	}
	//doc:mkdir
	// A control group is a directory. The kernel puts its files into it.
	r.Outside(recipe.Outside{
		Name: "make group", Object: p.dir, Same: "mkdir " + p.dir,
		Do:    func(int) error { return p.mkdir() },
		Undo:  p.remove,
		Stays: p.kept(),
	})
	p.fillCpuset(r)
}

// collects records that groups are removed which nobody needs.
func (p *place) collects(r *recipe.Recipe) {
	// A group that nobody is in any more, and whose maker is gone, was left behind by one
	// that was killed.
	r.Outside(recipe.Outside{
		Name: "collect groups left in", Object: p.parent,
		Same: "rmdir " + filepath.Join(p.parent, prefix+"*"),
		Do:   func(int) error { return collect(p.parent) },
	})
}

// kept reports whether the group is to be there when its program has ended.
func (p *place) kept() bool { return !isOurs(filepath.Base(p.dir)) }

// mkdir makes the directory and locks it. Whoever collects may have removed it
// before it was locked; then it is made once more.
func (p *place) mkdir() error {
	for {
		err := unix.Mkdir(p.dir, 0o755)
		if err == unix.EEXIST && p.kept() {
			p.found, err = true, nil // somebody else was faster, and it is for all
		}
		if err != nil {
			return err
		}
		fd, err := unix.Open(p.dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err == unix.ENOENT {
			continue
		}
		if err != nil {
			unix.Rmdir(p.dir)
			return err
		}
		if !p.kept() {
			unix.Flock(fd, unix.LOCK_EX)
		}
		if sameFile(fd, p.dir) {
			p.fd = fd
			return nil
		}
		unix.Close(fd)
	}
}

// sameFile reports whether a path still leads to what is open.
func sameFile(fd int, path string) bool {
	var open, there unix.Stat_t
	return unix.Fstat(fd, &open) == nil && unix.Stat(path, &there) == nil && open.Ino == there.Ino && open.Dev == there.Dev
}

// fillCpuset gives a new cpuset of version 1 what its parent has: it is born empty,
// and nobody can be in it then.
func (p *place) fillCpuset(r *recipe.Recipe) {
	if p.version != 1 || !slices.Contains(p.need, "cpuset") {
		return
	}
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		value := strings.Join(words(p.parent, name), "")
		// In version 1 a new cpuset is empty, and nothing can run in it.
		p.set(r, recipe.Here(), setting{name, value})
	}
}
