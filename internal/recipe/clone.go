package recipe

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Birth is how the next child comes into the control groups that were made for it.
type Birth struct {
	Group *int            // the group it is born in, by a descriptor that is there by then; nil for ours
	Join  func(r *Recipe) // records how it joins others; nil for no others

	tool string // that knows the groups
}

// BornInto says into which control groups the next child is to come. Who clones it
// need not know them: he only asks the child to Join.
func (r *Recipe) BornInto(b *Birth) {
	b.tool = r.tool
	r.coming = b
}

// Joins reports whether the next child is to come into control groups.
func (r *Recipe) Joins() bool { return r.coming != nil }

// Join records what the child does to be in its control groups. It stands directly
// after Clone3.
func (r *Recipe) Join() {
	if r.coming == nil || r.coming.Join == nil {
		return
	}
	tool := r.tool
	r.As(r.coming.tool)
	r.coming.Join(r)
	r.As(tool)
	r.coming = nil
}

// Clone3 makes a child in new namespaces. The lines after this one happen in
// the child. It is born with every signal handler reset, and its parent holds a
// descriptor of it, which no other process can ever take over as it can a pid.
// See clone(2).
func (r *Recipe) Clone3(namespaces uint64) *Line {
	request := &cloneArgs{
		Flags:       namespaces | unix.CLONE_PIDFD | unix.CLONE_CLEAR_SIGHAND,
		Exit_signal: uint64(unix.SIGCHLD),
	}
	cgroup := ""
	if r.coming != nil && r.coming.Group != nil {
		request.Flags |= unix.CLONE_INTO_CGROUP
		cgroup = ", cgroup=group"
		r.cradle = r.coming.Group
	}
	text := func() string {
		return fmt.Sprintf("{flags=%s, exit_signal=SIGCHLD%s}", cloneFlags.format(request.Flags), cgroup)
	}
	r.clone = len(r.lines)
	r.entered |= namespaces
	return r.call("clone3", unix.SYS_CLONE3, kinds(namespaces),
		arg{word: uintptr(unsafe.Pointer(request)), keep: request, text: text}, number(int(unsafe.Sizeof(*request))))
}

// Entered reports whether what comes next happens to a child that is in another namespace of
// a kind than we are: in one of its own, or in one that it has joined.
func (r *Recipe) Entered(kind uint64) bool { return r.clone >= 0 && r.entered&kind != 0 }

// EntersUser reports whether what comes next happens in another user namespace than ours, and
// so with all capabilities over it.
func (r *Recipe) EntersUser() bool { return r.Entered(unix.CLONE_NEWUSER) }

// CloneAgain makes the child clone once more and end, where the kernel gives a
// namespace only to children of the process that asked for it. The second child
// is ours as well (CLONE_PARENT), and makes the lines after this one.
func (r *Recipe) CloneAgain(namespaces uint64) *Line {
	request := &cloneArgs{Flags: namespaces | unix.CLONE_PARENT}
	r.entered |= namespaces
	text := func() string { return fmt.Sprintf("{flags=%s}", cloneFlags.format(request.Flags)) }
	l := r.call("clone3", unix.SYS_CLONE3, kinds(namespaces),
		arg{word: uintptr(unsafe.Pointer(request)), keep: request, text: text}, number(int(unsafe.Sizeof(*request))))
	l.role = again
	return l
}

// cloneArgs is struct clone_args of linux/sched.h, as of Linux 5.7.
type cloneArgs struct {
	Flags, Pidfd, Child_tid, Parent_tid, Exit_signal, Stack, Stack_size, Tls, Set_tid, Set_tid_size, Cgroup uint64
}

// kinds names the namespaces in a flag word as the tools' options do.
func kinds(flags uint64) string {
	text := ""
	for _, kind := range []flag{
		{unix.CLONE_NEWUSER, "user"},
		{unix.CLONE_NEWNS, "mount"},
		{unix.CLONE_NEWUTS, "uts"},
		{unix.CLONE_NEWIPC, "ipc"},
		{unix.CLONE_NEWPID, "pid"},
		{unix.CLONE_NEWNET, "net"},
		{unix.CLONE_NEWCGROUP, "cgroup"},
		{unix.CLONE_NEWTIME, "time"},
	} {
		if flags&kind.bit != 0 {
			text += "," + kind.name
		}
	}
	if text == "" {
		return "child"
	}
	return text[1:] + " namespace"
}
