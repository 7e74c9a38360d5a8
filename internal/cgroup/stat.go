package cgroup

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// Stat shows what the processes of a group use, or which groups there are. It changes
// nothing.
type Stat struct {
	Group string  `arg:"" optional:"" help:"Name, pid of a process, or path of the control group."`
	JSON  bool    `name:"json" help:"Print it for programs, as one JSON object in a line."`
	Watch *string `type:"optional" placeholder:"TIME" help:"Show it again every second, or every =TIME such as 200ms, until the group is gone."`
	Tree  bool    `help:"Show all groups, or GROUP and those below it: their limits, and which controllers are enabled where."`
}

func (s *Stat) Name() string { return "cg-stat" }

// Alone says that there is no program to become.
func (s *Stat) Alone() bool { return true }

func (s *Stat) Program() ([]string, chain.Root) { return nil, chain.SameRoot }

// Check wants one thing to be shown.
func (s *Stat) Check() error {
	interval, err := s.interval()
	switch {
	case s.Tree && s.Watch != nil:
		return errors.New("show: --tree cannot be watched")
	case s.Group == "" && !s.Tree:
		return &chain.Hinted{
			Err:  errors.New("show: no control group is named"),
			Hint: "name one by a name, a pid in it such as $$, or a path; --tree lists those that there are",
		}
	case err != nil || interval < time.Millisecond:
		return &chain.Hinted{
			Err:  fmt.Errorf("parse --watch=%s: it is no time to wait", *s.Watch),
			Hint: "write 2s or 200ms",
		}
	}
	return nil
}

// interval is the time from one look to the next.
func (s *Stat) interval() (time.Duration, error) {
	if s.Watch == nil {
		return time.Second, nil
	}
	return time.ParseDuration(cmp.Or(*s.Watch, "1s"))
}

// Lines records each file that is read, and then that what was found is shown.
func (s *Stat) Lines(r *recipe.Recipe) error {
	l, err := look("self")
	if err != nil {
		return err
	}
	if len(l) == 0 {
		return &chain.Hinted{
			Err:  errors.New("find control groups: no hierarchy is mounted here"),
			Hint: "as root, mount -t cgroup2 none /sys/fs/cgroup",
		}
	}
	if s.Tree {
		return s.trees(r, l)
	}
	g, err := find(l, s.Group)
	if err != nil {
		return err
	}
	f := &Figures{Group: g.name}
	f.reads(r, g)
	if s.Watch != nil {
		// The counters only ever grow. What is used at present is the difference between
		// two looks, divided by the time from one to the other.
		r.Outside(s.watching(g))
		return nil
	}
	// The files themselves are all there is to know: no daemon collects anything.
	r.Outside(recipe.Outside{Name: "print figures of", Object: g.name, Do: func(int) error {
		if g.vanished() {
			return errGone
		}
		return s.print(f)
	}})
	return nil
}

// errGone is said of a group that was removed while it was looked at.
var errGone = errors.New("it is gone")

// print shows figures once.
func (s *Stat) print(f *Figures) error {
	var b strings.Builder
	if s.JSON {
		f.json(&b)
	} else {
		f.table(&b)
	}
	return show(b.String())
}

// show writes to standard output. That its reader is gone is an error like any other.
func show(text string) error {
	signal.Ignore(unix.SIGPIPE)
	_, err := os.Stdout.WriteString(text)
	return plainly(err)
}

// plainly is an error without the name of the file, which is told already.
func plainly(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
