package ns

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// A join is one call of setns: with the descriptor of a process, for several
// namespaces at once, or with that of one namespace.
type join struct {
	fd    int
	name  string // of the descriptor, for the narrator
	flags uint64
}

func flagsOfJoins(joins []join) (flags uint64) {
	for _, j := range joins {
		flags |= j.flags
	}
	return flags
}

// Check wants something to join.
func (e *Enter) Check() error {
	ofTarget := e.All || e.Env || e.JoinCgroup || e.Root != nil && *e.Root == "" || e.Wd != nil && *e.Wd == ""
	list := e.asked(func(string) bool { return e.All })
	for _, n := range list {
		ofTarget = ofTarget || n.file == ""
	}
	switch {
	case len(list) == 0 && !ofTarget && e.Root == nil && e.Wd == nil:
		return needs("enter: nothing to join is named", "--all, or --net and the like")
	case ofTarget && e.Target == "":
		return needs("enter: no process is named", "--target PID, or give each namespace its =FILE")
	}
	return checkIDs(e.Setuid, e.Setgid)
}

// joins opens what is to be joined. What we are in already is left out: joining
// one's own user namespace, for one, is an error.
func (e *Enter) joins(t target) (joins []join, err error) {
	fromTarget := uint64(0)
	for _, n := range e.asked(func(string) bool { return e.All }) {
		if n.file == "" {
			if !ours(t.proc("ns/"+n.proc), n) {
				fromTarget |= n.flag
			}
			continue
		}
		fd, err := openNamespace(n)
		if err != nil {
			return nil, err
		}
		if !ours(n.file, n) {
			joins = append(joins, join{fd, n.file, n.flag})
		}
	}
	if fromTarget != 0 {
		joins = append(joins, join{t.pidfd, "target", fromTarget})
	}
	if e.All && len(joins) == 0 {
		return nil, &chain.Hinted{
			Err:  fmt.Errorf("enter process %d: it is where we are, in all its namespaces", t.pid),
			Hint: fmt.Sprintf("the program in a container is a child of the tool that holds it: see pgrep --parent %d", t.pid),
		}
	}
	inOrder(joins)
	return joins, nil
}

// inOrder puts the user namespace where it belongs. Who is privileged joins it
// last, for it takes those privileges away; who is not joins it first, for it
// gives privileges over the others.
func inOrder(joins []join) {
	first := -1
	if privileged() {
		first = 1
	}
	slices.SortStableFunc(joins, func(a, b join) int {
		return first * (int(a.flags&unix.CLONE_NEWUSER) - int(b.flags&unix.CLONE_NEWUSER))
	})
}

// privileged reports whether we have CAP_SYS_ADMIN.
func privileged() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0
}

// ours reports whether a file stands for a namespace that we are in.
func ours(file string, n namespace) bool {
	theirs, err := os.Stat(file)
	if err != nil {
		return false
	}
	mine, err := os.Stat("/proc/self/ns/" + n.proc)
	return err == nil && os.SameFile(theirs, mine)
}

// nsGetNstype asks a namespace for its CLONE_NEW* flag. See ioctl_nsfs(2).
const nsGetNstype = 0xb703

// openNamespace opens a file that must stand for a namespace of its kind.
func openNamespace(n namespace) (fd int, err error) {
	// A pipe that nobody writes to must not keep us.
	fd, err = unix.Open(n.file, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("join %s: %w", n.file, err)
	}
	flag, err := unix.IoctlRetInt(fd, nsGetNstype)
	switch {
	case err != nil:
		return -1, &chain.Hinted{
			Err:  fmt.Errorf("join %s: it is no namespace", n.file),
			Hint: "a namespace is a file like /proc/PID/ns/" + n.proc + ", or one that ns-unshare --" + n.name + "=FILE made",
		}
	case uint64(flag) != n.flag:
		return -1, errors.New("join " + n.file + ": it is a namespace of another kind than " + n.name)
	}
	return fd, nil
}
