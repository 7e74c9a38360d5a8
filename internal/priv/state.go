package priv

import (
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A state is the capabilities of a process.
type state struct {
	all         set // that this kernel has
	bounding    set
	permitted   set
	effective   set
	inheritable set
	ambient     set
	securebits  int
	root        bool // it is user 0
}

// admin is what it takes to load a filter without no_new_privs.
var admin = setOf(unix.CAP_SYS_ADMIN)

// found is the state that the lines start from. Where it cannot be known, as in a dry run or
// for a child that is root of a user namespace, it is that of root.
func found(r *recipe.Recipe) (s state) {
	s = own()
	if r.Dry || r.EntersUser() {
		s.bounding, s.permitted, s.effective, s.inheritable, s.ambient = s.all, s.all, s.all, 0, 0
		s.securebits, s.root = 0, true
	}
	return s
}

// own is our own state, asked for one by one: a /proc that says it all may be missing.
func own() (s state) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	unix.Capget(&header, &data[0])
	s.permitted = set(data[0].Permitted) | set(data[1].Permitted)<<32
	s.effective = set(data[0].Effective) | set(data[1].Effective)<<32
	s.inheritable = set(data[0].Inheritable) | set(data[1].Inheritable)<<32
	for c := range recipe.Capability(64) {
		held, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, uintptr(c), 0, 0, 0)
		if err != nil {
			break // the kernel has no more
		}
		s.all |= setOf(c)
		s.bounding |= set(held) << c
		raised, _ := unix.PrctlRetInt(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_IS_SET, uintptr(c), 0, 0)
		s.ambient |= set(raised) << c
	}
	s.root = unix.Geteuid() == 0
	s.securebits, _ = unix.PrctlRetInt(unix.PR_GET_SECUREBITS, 0, 0, 0, 0)
	return s
}

// text says what is in each set. Those that are equal are named together.
func (s state) text() string {
	var groups []string
	named := map[set]bool{}
	sets := []struct {
		name string
		set  set
	}{{"bounding", s.bounding}, {"permitted", s.permitted}, {"effective", s.effective}, {"inheritable", s.inheritable}, {"ambient", s.ambient}}
	for _, first := range sets {
		if named[first.set] {
			continue
		}
		named[first.set] = true
		var names []string
		for _, other := range sets {
			if other.set == first.set {
				names = append(names, other.name)
			}
		}
		groups = append(groups, strings.Join(names, ", ")+": "+first.set.names(s.all))
	}
	return strings.Join(groups, "; ")
}
