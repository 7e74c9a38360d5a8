package root

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A place is a mount point in the new root, and what belongs there.
type place struct {
	target string
	file   bool // what belongs there is no directory
	link   bool // it takes the place of a symbolic link, instead of going where that leads
	attach func(at recipe.Slot)
}

// sorted are places with those first that others may lie in.
func sorted(places []place) []place {
	depth := func(p place) int { return strings.Count(path.Clean(p.target), "/") }
	slices.SortStableFunc(places, func(a, b place) int { return depth(a) - depth(b) })
	return places
}

// fill makes the mount point where it is missing, and attaches what belongs there. The
// old root is gone by now: wherever a link of the image leads, it is in the image.
func (p *place) fill(r *recipe.Recipe) {
	at := p.find(r)
	// A link may have led to /proc. Whoever could hide what the kernel says there could
	// deceive every program of the container.
	r.FstatfsNotProc(at)
	p.attach(at)
	// What is mounted does not need it.
	r.Close(at)
}

// find makes the mount point and opens it.
func (p *place) find(r *recipe.Recipe) recipe.Slot {
	dir, name := path.Split(path.Clean(p.target))
	walk(r, dir)
	if p.file {
		// A mount point must be there. For a file it is an empty file.
		r.MknodatFile(name, 0o644).About(p.target).Tolerate(unix.EEXIST)
	} else {
		// A mount point must be there. For a directory it is an empty directory.
		r.Mkdirat(name, 0o755).About(p.target).Tolerate(unix.EEXIST)
	}
	flags := uint64(unix.O_PATH | unix.O_CLOEXEC)
	if p.link {
		flags |= unix.O_NOFOLLOW
	}
	//doc:magic
	// Links of the image are followed, but not those in /proc that lead to open files:
	// they are the one way by which the image could still reach the host.
	return r.Openat2(name, flags, unix.RESOLVE_NO_MAGICLINKS, p.target)
}

// walk goes to a directory of the new root, and makes those on the way that are
// missing.
func walk(r *recipe.Recipe, dir string) {
	// Paths are looked up from the new root.
	r.Chdir("/")
	at := ""
	for name := range strings.SplitSeq(strings.Trim(dir, "/"), "/") {
		if name == "" {
			continue
		}
		at += "/" + name
		// Step by step, for no step may go through a link of the image unseen. What is
		// missing is made.
		r.Mkdirat(name, 0o755).About(at).Tolerate(unix.EEXIST)
		// A link in the image is followed in the new root, unless it is one of those in
		// /proc that lead to open files.
		step := r.Openat2(name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, unix.RESOLVE_NO_MAGICLINKS, at)
		// The next step begins here.
		r.Fchdir(step)
		// The working directory holds it.
		r.Close(step)
	}
}
