// Package root swaps the root directory of a process for another, and fits the
// new one with what programs expect to find.
package root

import (
	"embed"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("root", source) }

// Pivot makes another directory the root, forgets the old one, and becomes the
// program.
type Pivot struct {
	Proc    bool      `help:"Mount a /proc for the pid namespace that we are in."`
	Sys     bool      `help:"Mount a read-only /sys for the network namespace that we are in, with the control groups."`
	Dev     bool      `help:"Mount a /dev with nothing in it but what every program may use."`
	ShmSize argv.Size `placeholder:"SIZE" help:"Room in /dev/shm (64M)."`
	Tmp     bool      `help:"Mount an empty /tmp, in memory, of 512M at most."`
	Bind    []Bind    `sep:"none" placeholder:"SRC:DST[:ro,rec]" help:"Show SRC of the old root as DST of the new one. ro: read-only; dev: with device nodes that work; rec: with what is mounted below it; idmap=INNER:OUTER:COUNT: files that INNER owns seem to be OUTER's. Repeatable."`
	Tmpfs   []Tmpfs   `sep:"none" placeholder:"DST[:size=SIZE]" help:"Mount an empty directory in memory, of 512M at most; also mode=MODE, and exec if programs may be run from it. Repeatable."`
	File    []File    `sep:"none" placeholder:"DST=TEXT" help:"Put a read-only file with this line at DST; given again for DST, it adds a line. It is in memory."`

	Mask           []string `sep:"none" placeholder:"PATH" help:"Cover a file or directory, so that it seems to be empty. Repeatable."`
	ReadonlyPath   []string `sep:"none" placeholder:"PATH" help:"Make a file or directory read-only. Repeatable."`
	NoDefaultMasks bool     `help:"Leave /proc and /sys as they are. Otherwise some of them is masked or read-only, as in Docker."`
	WritableSys    bool     `help:"Let /sys, and the control groups in it, be written to."`
	Readonly       bool     `help:"Make the root read-only in the end, but nothing that is mounted in it."`
	Wd             string   `placeholder:"DIR" help:"Change to DIR of the new root before PROG is run. It is made if it is missing."`

	Root string `arg:"" help:"Directory to become the root."`
	chain.Next

	held []place // what is bound, if it was taken hold of beforehand
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

// Lines records the pivot, and what is mounted in the new root while it is under
// way.
func (p *Pivot) Lines(r *recipe.Recipe) error {
	root := p.Root
	if filepath.Clean(root) == "." {
		// "." would go on meaning what lies below the new mount.
		root, _ = filepath.Abs(root)
	}
	f := p.furniture(r)
	if err := f.take(root); err != nil {
		return err
	}
	//doc:pivot
	// Only a mount point can become the root, so the directory is bound onto itself.
	r.Mount(root, root, "", unix.MS_BIND|unix.MS_REC, "")
	// The new mount lies on top of the directory: it is entered by its name.
	r.Chdir(root)
	// With both names ".", the old root ends up stacked on the new one, and no
	// directory is needed to park it.
	r.PivotRoot(".", ".")
	if err := f.mountSystems(); err != nil {
		return err
	}
	// Detached, the host's files are out of reach for good.
	r.Umount2(".", unix.MNT_DETACH)
	// A working directory that still points into the old root would be a way back.
	r.Chdir("/")
	f.fill()
	return nil
}
