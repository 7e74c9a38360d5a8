package ns

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// Dirs says what paths mean to a program that enters.
type Dirs struct {
	Root *string `short:"r" type:"optional" help:"Take the root directory of the target, or =DIR."`
	Wd   *string `short:"w" type:"optional" help:"Take the working directory of the target, or =DIR."`
}

// openDirs are directories that were opened before anything was joined: paths
// mean something else afterwards. -1 stands for none.
type openDirs struct{ root, wd int }

// open opens the directories, and takes over the environment.
func (e *Enter) open(t target) (dirs openDirs, err error) {
	if dirs.root, err = openDir(e.Root, t.proc("root")); err != nil {
		return dirs, err
	}
	if dirs.wd, err = openDir(e.Wd, t.proc("cwd")); err != nil {
		return dirs, err
	}
	if !e.Env {
		return dirs, nil
	}
	return dirs, takeEnvironment(t)
}

// takeEnvironment makes the environment of the target ours, but for what our tools
// tell one another: that is not for the target to say.
func takeEnvironment(t target) error {
	text, err := os.ReadFile(t.proc("environ"))
	if err != nil {
		return err
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); !strings.HasPrefix(name, "CTRKIT_") {
			os.Unsetenv(name)
		}
	}
	for variable := range strings.SplitSeq(string(text), "\x00") {
		if name, value, ok := strings.Cut(variable, "="); ok && !strings.HasPrefix(name, "CTRKIT_") {
			os.Setenv(name, value)
		}
	}
	return nil
}

func openDir(option *string, ofTarget string) (fd int, err error) {
	if option == nil {
		return -1, nil
	}
	dir := *option
	if dir == "" {
		dir = ofTarget
	}
	fd, err = unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("open %s: %w", dir, err)
	}
	return fd, nil
}

func (d openDirs) lines(r *recipe.Recipe) {
	if d.root >= 0 {
		// A directory can be made the root only by name, and "." is one.
		r.FchdirTo(d.root, "root")
		// It was opened outside, so no name in the new place could have led elsewhere.
		r.Chroot(".")
	}
	if d.wd >= 0 {
		// The working directory was opened outside too.
		r.FchdirTo(d.wd, "wd")
	}
}
