package ctrkit_test

import (
	"maps"
	"path"
	"regexp"
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
var handling = set("openat openat2 fstatfs socket ioctl fcntl close dup dup2 dup3 close_range bind sendto sendmsg")

// mounting are the calls that return a descriptor of a file system or a mount.
var mounting = set("fsopen fsmount")

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
//
// What a tool does outside, before the clone and after it, is done to files of control groups. Opening one to write to it,
// and all that is done with that descriptor, counts whoever does it, at any time. One that is opened to be read changes nothing.
type maker struct {
	also     map[string]bool  // further names that count like handling
	firsts   map[int]bool     // the first threads of tools: of the one that strace started, and the cloned children
	doing    map[int]int      // per thread
	talks    map[int]*talk    // per child
	opened   map[opening]file // what a tool has open of control groups
	networks map[opening]bool // its conversations about networks
	calls    []*traced
	last     int // the thread that becomes the last program
	limits   int // how often the limit of open files was given back
}

// A talk is the conversation of a child with its parent.
type talk struct {
	words  int    // how many calls of the child there were
	socket string // by which it talks
}

// A file is one of a control group, or its directory.
type file struct {
	path   string // as a literal
	writes bool   // it was opened to be written
}

// An opening is a descriptor of a thread.
type opening struct {
	tid        int
	descriptor string
}

// makerOf reads the trace of a command line. Further names, those that were narrated, count like handling.
func makerOf(trace []*traced, also map[string]bool) *maker {
	m := &maker{
		also: also, firsts: map[int]bool{trace[0].tid: true}, doing: map[int]int{},
		talks: map[int]*talk{}, opened: map[opening]file{}, networks: map[opening]bool{},
	}
	for _, call := range trace {
		if strings.HasPrefix(call.name, "execve") && call.result == "0" {
			m.last = call.tid
		}
	}
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
	case m.doing[call.tid] == born && m.becomesInit(call):
	case m.doing[call.tid] == born:
		if signsOfLife(call) {
			m.calls = append(m.calls, &traced{call.tid, "write", []string{"parent", "&alive", "8"}, call.result})
		} else if !m.converses(call) {
			m.calls = append(m.calls, call)
		}
		m.execs(call)
	case changing[call.name] || opensTool(call):
		m.calls = append(m.calls, m.intoGroup(call))
		if m.doing[call.tid] == looking && m.makes(call.tid) {
			m.doing[call.tid] = making
		}
		m.clones(call)
		m.execs(call)
	case m.opensGroup(call) || m.usesGroup(call) || m.speaksOfNetworks(call):
	case m.writesFile(call):
		m.calls = append(m.calls, call)
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

func (m *maker) makes(tid int) bool { return m.firsts[tid] }

// groupFiles is where the control groups are mounted.
const groupFiles = "/sys/fs/cgroup/"

// opensGroup reports whether a call opens a file of a control group, and notes it.
func (m *maker) opensGroup(call *traced) bool {
	if call.name != "openat" || !strings.HasPrefix(unescaped(call.args[1]), groupFiles) || strings.Contains(call.args[2], "O_PATH") {
		return false
	}
	writes := writing.MatchString(call.args[2])
	if writes {
		m.calls = append(m.calls, call)
	}
	if number(call.result) >= 0 {
		m.opened[opening{call.tid, call.result}] = file{call.args[1], writes}
	}
	return true
}

var writing = regexp.MustCompile(`O_WRONLY|O_RDWR|O_CREAT|O_TRUNC`)

// using are the calls that use a descriptor, beside those that change something.
var using = set("read write pread64 pwrite64 readv writev lseek fcntl fstat newfstatat getdents64 flock ioctl close")

// usesGroup reports whether a call uses a file of a control group.
func (m *maker) usesGroup(call *traced) bool {
	if !using[call.name] || len(call.args) == 0 {
		return false
	}
	which := opening{call.tid, call.args[0]}
	opened, ok := m.opened[which]
	if opened.writes {
		m.calls = append(m.calls, call)
	}
	if call.name == "close" {
		delete(m.opened, which)
	}
	return ok
}

// speaksOfNetworks reports whether a call belongs to a conversation with the kernel about networks: by a socket, or by one of
// the files about them. What is said there, the script veth-link_explain compares with what is told.
func (m *maker) speaksOfNetworks(call *traced) bool {
	if call.name == "socket" && call.args[0] == "AF_NETLINK" ||
		call.name == "openat" && strings.HasPrefix(unescaped(call.args[1]), "/proc/sys/net/") {
		m.networks[opening{call.tid, call.result}] = true
		return true
	}
	which := opening{call.tid, ""}
	if len(call.args) > 0 {
		which.descriptor = call.args[0]
	}
	ours := m.networks[which] && (handling[call.name] || using[call.name])
	if call.name == "close" {
		delete(m.networks, which)
	}
	return ours
}

var intoGroup = regexp.MustCompile(`\bcgroup=(\d+)`)

// writesFile reports whether a call writes to a file that was opened for it by a call that counts.
func (m *maker) writesFile(call *traced) bool {
	if call.name != "write" || m.doing[call.tid] != making {
		return false
	}
	from := returned(m.calls, call.tid, call.args[0])
	if from < 0 || m.calls[from].name != "openat" || !strings.Contains(m.calls[from].args[2], "O_WRONLY") {
		return false
	}
	return !slices.ContainsFunc(m.calls[from:], func(later *traced) bool {
		return later.name == "close" && later.tid == call.tid && later.args[0] == call.args[0]
	})
}

// intoGroup is a clone with the path of the group that the child is born in, in place of its descriptor.
func (m *maker) intoGroup(call *traced) *traced {
	if call.name != "clone3" || !intoGroup.MatchString(call.args[0]) {
		return call
	}
	named := *call
	named.args = slices.Clone(call.args)
	named.args[0] = intoGroup.ReplaceAllStringFunc(call.args[0], func(field string) string {
		return "cgroup=" + m.opened[opening{call.tid, strings.TrimPrefix(field, "cgroup=")}].path
	})
	return &named
}

// announces reports whether a call is the narrator's, telling of a line.
func announces(call *traced) bool {
	return call.name == "write" && len(call.args) > 1 && call.args[0] == "2" && strings.HasPrefix(call.args[1], `"{\"tool\":`)
}

func changesNothing(call *traced) bool {
	switch call.name {
	case "clone":
		return strings.Contains(strings.Join(call.args, " "), "CLONE_THREAD")
	case "prctl":
		return call.args[0] == "PR_SET_VMA" || call.args[0] == "PR_CAPBSET_READ" || strings.HasPrefix(call.args[0], "PR_GET_") ||
			len(call.args) > 1 && call.args[1] == "PR_CAP_AMBIENT_IS_SET"
	case "unlinkat":
		// The kernel may take a moment to see that nobody is in a group any more, and is asked again.
		return call.args[2] == "AT_REMOVEDIR" && strings.HasPrefix(call.result, "-1 EBUSY")
	}
	return call.name == ""
}

// clones notes who the child is. It may become a tool that has a child too.
func (m *maker) clones(call *traced) {
	if pid := number(call.result); call.name == "clone3" && m.firsts[call.tid] && pid > 0 {
		m.firsts[pid] = true
		m.talks[pid] = &talk{}
		m.doing[pid] = born
		m.doing[call.tid] = holding
	}
}

// becomesInit reports whether a child's call is one by which it stays behind as init: it takes all signals, clones the
// process that goes on in its place, and what it does from then on is not about the container. The other one takes back
// the mask. Which one it is, the result does not say: that is its pid in the new namespace.
func (m *maker) becomesInit(call *traced) bool {
	talk := *m.talks[call.tid]
	if call.name == "clone3" && !strings.Contains(call.args[0], "CLONE_PARENT") && number(call.result) > 0 {
		m.calls = append(m.calls, call)
		m.firsts[m.last], m.talks[m.last], m.doing[m.last] = true, &talk, born
		m.doing[call.tid] = foreign
		return true
	}
	return call.name == "rt_sigprocmask" && call.args[0] == "SIG_SETMASK" && talk.words >= 2
}

// execs notes that a thread has become another program.
func (m *maker) execs(call *traced) {
	if !strings.HasPrefix(call.name, "execve") || call.result != "0" {
		return
	}
	maps.DeleteFunc(m.opened, func(which opening, _ file) bool { return which.tid == call.tid })
	maps.DeleteFunc(m.networks, func(which opening, _ bool) bool { return which.tid == call.tid })
	m.doing[call.tid] = foreign
	if isTool(call) {
		m.doing[call.tid] = looking
	}
}

// converses reports whether a child's call belongs to its conversation with the parent: it drops the parent's end of the
// socket and takes back the signal mask, and then writes messages and reads answers.
func (m *maker) converses(call *traced) bool {
	talk := m.talks[call.tid]
	talk.words++
	switch {
	case talk.words == 1:
		return call.name == "close"
	case talk.words == 2:
		return call.name == "rt_sigprocmask"
	}
	last := call.args[max(0, len(call.args)-1):]
	// It may write to files before it says its first word. A word is a struct of 8 bytes.
	if call.name == "write" && last[0] == "8" && talk.socket == "" {
		talk.socket = call.args[0]
	}
	switch call.name {
	case "write":
		return call.args[0] == talk.socket && last[0] == "8"
	case "read":
		return call.args[0] == talk.socket && last[0] == "1"
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
3 openat(AT_FDCWD, "/sys/fs/cgroup/pids/foreign", O_WRONLY) = 5
3 write(5, "foreign", 7) = 7
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

// TestMakerOutside shows the filter a tool that holds a group, with a tool in it that holds too: 1 and 3 are their first
// threads, 2 is another of the first tool's, 4 the child of the second.
func TestMakerOutside(t *testing.T) {
	trace, err := parseTrace(`1 execve("/x/cg-limit", ["cg-limit"], 0x1 /* 3 vars */) = 0
1 openat(AT_FDCWD, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", O_RDONLY|O_CLOEXEC) = 3
1 mkdirat(AT_FDCWD, "/sys/fs/cgroup/pids/ctr-0123456789ab", 0755) = 0
1 openat(AT_FDCWD, "/sys/fs/cgroup/pids/ctr-0123456789ab", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 4
1 fcntl(4, F_GETFL) = 0
1 openat(AT_FDCWD, "/sys/fs/cgroup/pids/ctr-0123456789ab/pids.max", O_WRONLY|O_CLOEXEC) = 5
1 write(5, "7\n", 2) = 2
1 close(5) = 0
1 write(5, "no file any more", 16) = 16
2 openat(AT_FDCWD, "/sys/fs/cgroup/pids/stray", O_RDWR) = 6
2 write(6, "stray", 5) = 5
1 clone3({flags=CLONE_PIDFD, cgroup=4} => {pidfd=[7]}, 88) = 3
3 close(8) = 0
3 rt_sigprocmask(SIG_SETMASK, [], NULL, 8) = 0
3 openat(AT_FDCWD, "/sys/fs/cgroup/pids/ctr-0123456789ab/tasks", O_WRONLY|O_CLOEXEC) = 3
3 write(3, "0", 1) = 1
3 close(3) = 0
3 write(9, "\0\0\0\0\0\0\0\0", 8) = 8
3 read(9, "\0", 1) = 1
1 openat(AT_FDCWD, "/sys/fs/cgroup/pids/ctr-0123456789ab/pids.max", O_WRONLY|O_CLOEXEC) = 5
1 write(5, "8\n", 2) = 2
3 getpid() = 3
1 close(5) = 0
3 execve("/x/ns-unshare", ["ns-unshare"], 0x1 /* 3 vars */) = 0
3 openat(AT_FDCWD, "/proc/looking", O_RDONLY) = 3
3 clone3({flags=CLONE_NEWPID} => {pidfd=[7]}, 88) = 4
4 close(8) = 0
4 rt_sigprocmask(SIG_SETMASK, [], NULL, 8) = 0
4 getppid() = 0
4 execve("/bin/sh", ["sh"], 0x1 /* 3 vars */) = 0
4 mkdir("/foreign", 0755) = 0
3 close(7) = 0
1 unlinkat(AT_FDCWD, "/sys/fs/cgroup/pids/ctr-0123456789ab", AT_REMOVEDIR) = -1 EBUSY (Device or resource busy)
1 unlinkat(AT_FDCWD, "/sys/fs/cgroup/pids/ctr-0123456789ab", AT_REMOVEDIR) = 0
`)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(strings.Join([]string{
		`mkdirat(AT_FDCWD, "GROUP", 493)`,
		`openat(AT_FDCWD, "GROUP/pids.max", O_CLOEXEC|O_WRONLY)`,
		`write(the result of openat(AT_FDCWD, "GROUP/pids.max", O_CLOEXEC|O_WRONLY), "7\n", 2)`,
		`close(the result of openat(AT_FDCWD, "GROUP/pids.max", O_CLOEXEC|O_WRONLY))`,
		`openat(AT_FDCWD, "/sys/fs/cgroup/pids/stray", O_RDWR)`,
		`write(the result of openat(AT_FDCWD, "/sys/fs/cgroup/pids/stray", O_RDWR), "stray", 5)`,
		`clone3({flags=CLONE_PIDFD, cgroup="GROUP"}, 88)`,
		`openat(AT_FDCWD, "GROUP/tasks", O_CLOEXEC|O_WRONLY)`,
		`write(the result of openat(AT_FDCWD, "GROUP/tasks", O_CLOEXEC|O_WRONLY), "0", 1)`,
		`close(the result of openat(AT_FDCWD, "GROUP/tasks", O_CLOEXEC|O_WRONLY))`,
		`openat(AT_FDCWD, "GROUP/pids.max", O_CLOEXEC|O_WRONLY)`,
		`write(the result of openat(AT_FDCWD, "GROUP/pids.max", O_CLOEXEC|O_WRONLY), "8\n", 2)`,
		`getpid()`,
		`close(the result of openat(AT_FDCWD, "GROUP/pids.max", O_CLOEXEC|O_WRONLY))`,
		`execve("/x/ns-unshare", ["ns-unshare"], variables)`,
		`clone3({flags=CLONE_NEWPID}, 88)`,
		`getppid()`,
		`execve("/bin/sh", ["sh"], variables)`,
		`unlinkat(AT_FDCWD, "GROUP", AT_REMOVEDIR)`,
	}, "\n"), "GROUP", "/sys/fs/cgroup/pids/ctr-0123456789ab")
	if got := strings.Join(spelled(makerOf(trace, nil).calls), "\n"); got != want {
		t.Errorf("%s", got)
	}
}
