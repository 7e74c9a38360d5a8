// Package root swaps the root directory of a process for another, and fits the
// new one with what programs expect to find.
package root

import (
	"embed"
	"errors"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("root", source) }

// Pivot makes another directory the root, forgets the old one, and becomes the
// program.
type Pivot struct {
	Proc bool   `help:"Mount a /proc for the pid namespace that we are in."`
	Sys  bool   `help:"Mount a read-only /sys for the network namespace that we are in, with the control groups."`
	Dev  bool   `help:"Mount a /dev with nothing in it but what every program may use."`
	Root string `arg:"" help:"Directory to become the root."`
	chain.Next
}

func (p *Pivot) Name() string { return "root-pivot" }

// Guard refuses to move the machine's own processes to another root.
func (p *Pivot) Guard() error { return chain.OwnMounts() }

// Program is looked up in the new root. Without one it is the shell, as with
// chroot(1).
func (p *Pivot) Program() ([]string, chain.Root) {
	argv, _ := p.Next.Program()
	if len(argv) == 0 {
		argv = []string{"/bin/sh"}
	}
	return argv, chain.NewRoot
}

// Check wants a directory that can become the root.
func (p *Pivot) Check() error {
	switch {
	case p.Root == "":
		return errors.New("pivot: no directory is given")
	case filepath.Clean(p.Root) == "/":
		return errors.New("pivot /: it is the root already")
	}
	return nil
}

// Lines records the pivot, and what is mounted in the new root while it is under
// way.
func (p *Pivot) Lines(r *recipe.Recipe) error {
	root := p.Root
	if filepath.Clean(root) == "." {
		// "." would go on meaning what lies below the new mount.
		root, _ = filepath.Abs(root)
	}
	//doc:pivot
	// Only a mount point can become the root, so the directory is bound onto itself.
	r.Mount(root, root, "", unix.MS_BIND|unix.MS_REC, "")
	// The new mount lies on top of the directory: it is entered by its name.
	r.Chdir(root)
	// With both names ".", the old root ends up stacked on the new one, and no
	// directory is needed to park it.
	r.PivotRoot(".", ".")
	if err := p.furnish(r); err != nil {
		return err
	}
	// Detached, the host's files are out of reach for good.
	r.Umount2(".", unix.MNT_DETACH)
	// A working directory that still points into the old root would be a way back.
	r.Chdir("/")
	return nil
}

// furnish mounts what programs expect in a root. The order matters: all of it
// happens in the new root, where no symbolic link leads back to the host.
func (p *Pivot) furnish(r *recipe.Recipe) error {
	if !p.Proc && !p.Sys && !p.Dev {
		return nil
	}
	// The permissions that follow are meant as written.
	r.Umask(0)
	if p.Proc {
		enter(r, "proc")
		// It shows the pid namespace that we are in, and no other process of the machine.
		r.Mount("proc", ".", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	}
	if p.Sys {
		enter(r, "sys")
		// It shows the network devices of our network namespace, but the machine's
		// hardware: so nobody may write to it.
		r.Mount("sysfs", ".", "sysfs", readOnly, "")
		if err := cgroups(r); err != nil {
			return err
		}
	}
	if p.Dev {
		dev(r)
	}
	// The mask is the one that we were started with again.
	r.Umask(recipe.CurrentUmask())
	// What is detached next is what lies on the working directory: that must be the
	// old root, which lies on the new one.
	r.Chdir("/")
	return nil
}

// enter makes a directory of the new root the working directory, if it is one.
func enter(r *recipe.Recipe, name string) {
	// Paths are looked up from the new root again.
	r.Chdir("/")
	// An image may lack the directory. Read-only, it must have it.
	r.Mkdirat(name, 0o755).Tolerate(unix.EEXIST, unix.EROFS)
	// Whoever made the image may have put a symbolic link here. It is not followed.
	dir := r.Openat(name, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, name)
	// What is mounted on "." is mounted on what was opened, whatever its name means now.
	r.Fchdir(dir)
	// The working directory holds it.
	r.Close(dir)
}
