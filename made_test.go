package ctrkit_test

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ctrkit/internal/chain"
)

// changing are the calls that change something a container is made of, in whatever way the kernel has learnt to do it.
var changing = set(`
	clone clone3 fork vfork unshare setns
	mount umount2 fsopen fsconfig fsmount fspick open_tree open_tree_attr move_mount mount_setattr
	pivot_root chroot chdir fchdir
	sethostname setdomainname
	mkdir mkdirat mknod mknodat symlink symlinkat link linkat rename renameat renameat2 unlink unlinkat rmdir
	chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat truncate umask
	setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr
	setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset prctl seccomp keyctl
	landlock_create_ruleset landlock_add_rule landlock_restrict_self
	setsid setpgid setpriority sched_setscheduler sched_setparam sched_setattr ioprio_set personality
	execve execveat`)

// handling are the calls that get and use a descriptor. A recipe has some; but a Go program also makes them for itself.
var handling = set("openat openat2 socket ioctl fcntl close dup dup2 dup3 close_range bind sendto sendmsg")

func set(names string) map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(names) {
		m[name] = true
	}
	return m
}

// What the calls of a thread are for, at a time.
const (
	looking = iota // a Go program starts, and its recipe is recorded: it looks at the machine and changes nothing
	making         // it makes the calls of its recipe
	born           // the child, before its first execve: no Go program at all
	holding        // the parent, once it has a child
	foreign        // the program that all this is for
)

// A maker goes through a trace and picks out the calls that make the container.
//
// Threads are not told apart by luck. A call that changes something counts whoever makes it, every thread of every
// tool at any time: a thread of Go's runtime that changed the root would change it for all. Not changes are only a clone
// that makes a thread (CLONE_THREAD), a prctl that asks (PR_GET_) or names memory (PR_SET_VMA), and reading the umask.
//
// Calls that handle descriptors count for the two threads that can make a recipe, and only while they do. One is the first
// thread of the tool, on which main is locked, so that the scheduler never runs anything else there; it is making from the
// moment it announces its first line, or else from its first change, or when it opens the tool that comes next. The other is the cloned child. No Go code runs in
// it, so there every call counts whatever its name, save the words of its conversation with the parent.
type maker struct {
	also   map[string]bool // further names that count like handling
	root   int             // the first thread of the tool that strace started
	child  int             // the cloned child
	doing  map[int]int     // per thread
	words  int             // how many calls of the child there were
	socket string          // by which it talks to its parent
	calls  []*traced
	limits int // how often the limit of open files was given back
}

// makerOf reads the trace of a command line. Further names, those that were narrated, count like handling.
func makerOf(trace []*traced, also map[string]bool) *maker {
	m := &maker{also: also, root: trace[0].tid, doing: map[int]int{}}
	// The first call is strace's own: it becomes the tool.
	rest := trace[1:]
	for i, call := range rest {
		if call.name == "umask" && m.doing[call.tid] == looking && readsUmask(call, rest[i+1:]) {
			rest[i+1+next(call.tid, rest[i+1:])] = &traced{tid: call.tid}
			continue
		}
		m.take(call)
	}
	return m
}

// readsUmask reports whether a call is the first of the two by which the mask is read, the only way there is.
func readsUmask(call *traced, rest []*traced) bool {
	i := next(call.tid, rest)
	return i >= 0 && rest[i].name == "umask" && canonical(rest[i].args[0]) == canonical(call.result) &&
		canonical(rest[i].result) == canonical(call.args[0])
}

// next is the index of a thread's next change. Between any two calls it may be interrupted by a signal of Go's scheduler.
func next(tid int, calls []*traced) int {
	return slices.IndexFunc(calls, func(call *traced) bool { return call.tid == tid && changing[call.name] })
}

func (m *maker) take(call *traced) {
	switch {
	case m.doing[call.tid] == foreign || changesNothing(call):
	case announces(call):
		m.doing[call.tid] = max(m.doing[call.tid], making)
	case call.name == "execve" && call.args[0] == `""`:
		// The one call that is not told: see restoreFileLimit in internal/recipe.
		m.limits++
	case m.doing[call.tid] == born:
		if signsOfLife(call) {
			m.calls = append(m.calls, &traced{call.tid, "write", []string{"parent", "&alive", "8"}, call.result})
		} else if !m.converses(call) {
			m.calls = append(m.calls, call)
		}
		m.execs(call)
	case changing[call.name] || opensTool(call):
		m.calls = append(m.calls, call)
		if m.doing[call.tid] == looking && m.makes(call.tid) {
			m.doing[call.tid] = making
		}
		m.clones(call)
		m.execs(call)
	case (handling[call.name] || m.also[call.name]) && m.makes(call.tid) && m.doing[call.tid] == making:
		m.calls = append(m.calls, call)
	}
}

// isTool reports whether a call executes one of our tools.
func isTool(call *traced) bool {
	argv := call.args[1]
	if call.name == "execveat" {
		argv = call.args[2]
	}
	words, _ := splitArgs(strings.TrimPrefix(argv, "["))
	return len(words) > 0 && slices.Contains(chain.Tools, unescaped(words[0]))
}

// opensTool reports whether a call opens one of our tools for a later execveat.
func opensTool(call *traced) bool {
	return call.name == "openat" && strings.Contains(call.args[2], "O_PATH") &&
		slices.Contains(chain.Tools, path.Base(unescaped(call.args[1])))
}

func (m *maker) makes(tid int) bool { return tid == m.root || tid == m.child }

// announces reports whether a call is the narrator's, telling of a line.
func announces(call *traced) bool {
	return call.name == "write" && len(call.args) > 1 && call.args[0] == "2" && strings.HasPrefix(call.args[1], `"{\"tool\":`)
}

func changesNothing(call *traced) bool {
	switch call.name {
	case "clone":
		return strings.Contains(strings.Join(call.args, " "), "CLONE_THREAD")
	case "prctl":
		return call.args[0] == "PR_SET_VMA" || strings.HasPrefix(call.args[0], "PR_GET_")
	}
	return call.name == ""
}

// clones notes who the child is.
func (m *maker) clones(call *traced) {
	if pid := number(call.result); call.name == "clone3" && call.tid == m.root && pid > 0 {
		m.child = pid
		m.doing[m.child] = born
		m.doing[m.root] = holding
	}
}

// execs notes that a thread has become another program.
func (m *maker) execs(call *traced) {
	if !strings.HasPrefix(call.name, "execve") || call.result != "0" {
		return
	}
	m.doing[call.tid] = foreign
	if isTool(call) {
		m.doing[call.tid] = looking
	}
}

// converses reports whether a child's call belongs to its conversation with the parent: it drops the parent's end of the
// socket and takes back the signal mask, and then writes messages and reads answers.
func (m *maker) converses(call *traced) bool {
	m.words++
	switch {
	case m.words == 1:
		return call.name == "close"
	case m.words == 2:
		return call.name == "rt_sigprocmask"
	case call.name == "write" && m.socket == "":
		m.socket = call.args[0]
	}
	last := call.args[max(0, len(call.args)-1):]
	switch call.name {
	case "write":
		return call.args[0] == m.socket && last[0] == "8"
	case "read":
		return call.args[0] == m.socket && last[0] == "1"
	}
	return false
}

// signsOfLife reports whether a call is the message by which a child finds out whether its parent lives: in place of the
// number of a line it has -1. That is a line itself.
func signsOfLife(call *traced) bool {
	return call.name == "write" && len(call.args) > 1 && call.args[1] == `"\377\377\377\377\0\0\0\0"`
}

// number is a result that is a descriptor or a pid, or -1.
func number(result string) int {
	n, err := strconv.Atoi(result)
	if err != nil {
		return -1
	}
	return n
}

// TestMaker shows the filter a short trace: thread 1 is the tool's first, 2 another of its threads, 3 the child.
func TestMaker(t *testing.T) {
	trace, err := parseTrace(`1 execve("/x/ns-unshare", ["ns-unshare"], 0x1 /* 3 vars */) = 0
1 openat(AT_FDCWD, "/sys/looking", O_RDONLY) = 3
1 clone(child_stack=0x1, flags=CLONE_VM|CLONE_THREAD) = 2
1 prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0x1, 2, "x") = 0
1 umask(000) = 022
2 openat(AT_FDCWD, "/sys/another", O_RDONLY) = 4
1 rt_sigreturn({mask=[]}) = 0
1 umask(022) = 000
2 umask(077) = 022
1 execve("", [], 0x1 /* 0 vars */) = -1 ENOENT (No such file or directory)
1 write(2, "{\"tool\":\"ns-unshare\",\"call\":", 9) = 9
1 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 5
2 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 6
2 chdir("/another") = 0
1 clone3({flags=CLONE_NEWNS} => {pidfd=[7]}, 88 <unfinished ...>
3 close(8) = 0
1 <... clone3 resumed>) = 3
3 rt_sigprocmask(SIG_SETMASK, [], NULL, 8) = 0
3 write(9, "\0\0\0\0\0\0\0\0", 8) = 8
3 read(9, "\0", 1) = 1
3 getppid() = 0
3 write(9, "\377\377\377\377\0\0\0\0", 8) = 8
1 close(9) = 0
1 mount("a", "b", NULL, MS_BIND, NULL) = 0
3 execve("/x/ufs-mount", ["ufs-mount", "b"], 0x1 /* 3 vars */) = 0
3 openat(AT_FDCWD, "/proc/looking", O_RDONLY) = 3
3 mount("tmpfs", "b", "tmpfs", 0, NULL) = 0
3 openat(AT_FDCWD, "b", O_RDONLY) = 3
3 execve("/bin/sh", ["sh"], 0x1 /* 3 vars */) = 0
3 chdir("/foreign") = 0
`)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`umask(63)`,
		`socket(AF_INET, SOCK_DGRAM, 0)`,
		`chdir("/another")`,
		`clone3({flags=CLONE_NEWNS}, 88)`,
		`getppid()`,
		`write(parent, &alive, 8)`,
		`mount("a", "b", NULL, MS_BIND, NULL)`,
		`execve("/x/ufs-mount", ["ufs-mount", "b"], variables)`,
		`mount("tmpfs", "b", "tmpfs", 0, NULL)`,
		`openat(AT_FDCWD, "b", 0)`,
		`execve("/bin/sh", ["sh"], variables)`,
	}, "\n")
	m := makerOf(trace, nil)
	if got := strings.Join(spelled(m.calls), "\n"); got != want || m.limits != 1 {
		t.Errorf("the limit was given back %d times, and\n%s", m.limits, got)
	}
}
