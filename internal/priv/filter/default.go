package filter

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Default is the allow-list for a program that may have these capabilities, a bit for each.
// It knows the calls of one architecture. Those of its 32-bit companion end the program:
// hardly any image has 32-bit programs, and for others that way into the kernel is a second
// set of doors with holes of its own.
func Default(caps uint64) *Policy {
	p := &Policy{
		arches:    []*arch{native()},
		calls:     make(map[string]*verdict, 400),
		otherwise: fail(unix.EPERM),
		// A program that asks for a call of tomorrow must hear that there is none, and not that
		// it may not: then it does what it did before there was one.
		unknown: fail(unix.ENOSYS),
		foreign: kill,
	}
	yes := &verdict{otherwise: allow}
	for _, group := range purposes {
		able := len(group.caps) == 0 || slices.ContainsFunc(group.caps, func(c int) bool { return caps>>c&1 == 1 })
		if !able {
			continue
		}
		for name := range strings.FieldsSeq(group.able) {
			p.calls[name] = yes
		}
	}
	p.calls["personality"] = personalities
	p.calls["socket"] = families
	p.calls["ioctl"] = requests
	p.calls["clone"], p.calls["clone3"] = yes, yes
	if caps>>unix.CAP_SYS_ADMIN&1 == 0 {
		p.calls["clone"], p.calls["clone3"] = children, never
	}
	return p
}

// newNamespaces are the flags of clone(2) that make namespaces. In a user namespace of its
// own a program would have all capabilities again, and be back at doors that were shut.
const newNamespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET

var children = &verdict{
	rules:     []rule{{[]condition{{0, newNamespaces, equal, 0, ""}}, allow}},
	otherwise: fail(unix.EPERM),
}

// never is for clone3. Its flags are in memory, where a filter cannot look, so it does not
// exist: the C library falls back to clone.
var never = &verdict{otherwise: fail(unix.ENOSYS)}

// personalities are those that change nothing but what uname says. The rest switch off
// defences such as the random layout of memory.
var personalities = &verdict{
	rules: anyOf(allow,
		condition{0, word, equal, perLinux, "PER_LINUX"},
		condition{0, word, equal, perLinux32, "PER_LINUX32"},
		condition{0, word, equal, uname26, "UNAME26"},
		condition{0, word, equal, uname26 | perLinux32, "UNAME26|PER_LINUX32"},
		condition{0, word, equal, 0xffffffff, "0xffffffff"}, // only asks
	),
	otherwise: fail(unix.EPERM),
}

// Of linux/personality.h.
const (
	perLinux   = 0
	perLinux32 = 0x0008
	uname26    = 0x0020000
)

// families refuses sockets of families that no namespace divides or that nobody maintains,
// with the error of a kernel that was built without them. AF_VSOCK talks to the hypervisor,
// and AF_ALG to code that was made for the kernel's own use.
var families = &verdict{
	rules: append(anyOf(fail(unix.EAFNOSUPPORT),
		condition{0, word, equal, unix.AF_ALG, "AF_ALG"},
		condition{0, word, equal, unix.AF_VSOCK, "AF_VSOCK"},
		condition{0, word, equal, unix.AF_AX25, "AF_AX25"},
		condition{0, word, equal, unix.AF_IPX, "AF_IPX"},
		condition{0, word, equal, unix.AF_APPLETALK, "AF_APPLETALK"},
		condition{0, word, equal, unix.AF_NETROM, "AF_NETROM"},
		condition{0, word, equal, unix.AF_ROSE, "AF_ROSE"},
		condition{0, word, equal, unix.AF_DECnet, "AF_DECnet"},
		condition{0, word, equal, unix.AF_ECONET, "AF_ECONET"},
		condition{0, word, equal, unix.AF_ATMSVC, "AF_ATMSVC"},
		condition{0, word, equal, unix.AF_IRDA, "AF_IRDA"},
		condition{0, word, equal, unix.AF_ISDN, "AF_ISDN"},
		condition{0, word, equal, unix.AF_CAIF, "AF_CAIF"},
	), rule{[]condition{{0, word, greaterOrEqual, unix.AF_MAX, "AF_MAX"}}, fail(unix.EAFNOSUPPORT)}),
	otherwise: allow,
}

// requests refuses the two ioctls that put characters into a terminal as if they had been
// typed there: by whoever sits in front of it, outside.
var requests = &verdict{
	rules: anyOf(fail(unix.EPERM),
		condition{1, word, equal, unix.TIOCSTI, "TIOCSTI"},
		condition{1, word, equal, tioclinux, "TIOCLINUX"},
	),
	otherwise: allow,
}

const tioclinux = 0x541c // of asm-generic/ioctls.h

// anyOf are rules of one condition each.
func anyOf(action Action, conditions ...condition) (rules []rule) {
	for _, c := range conditions {
		rules = append(rules, rule{[]condition{c}, action})
	}
	return rules
}
