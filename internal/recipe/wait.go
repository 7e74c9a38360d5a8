package recipe

import (
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls of a process that only holds its namespaces, and waits.

// Setsid leaves the session, and with it the terminal. See setsid(2).
func (r *Recipe) Setsid() *Line { return r.call("setsid", unix.SYS_SETSID, "") }

// IgnoreChildren makes the kernel reap the children of this process. See
// sigaction(2), SIGCHLD.
func (r *Recipe) IgnoreChildren() *Line {
	// struct sigaction as the kernel has it: handler, flags, restorer, mask.
	ignore := &[4]uintptr{1}
	return r.call("rt_sigaction", unix.SYS_RT_SIGACTION, "SIGCHLD", name(uintptr(unix.SIGCHLD), "SIGCHLD"),
		arg{word: uintptr(unsafe.Pointer(ignore)), keep: ignore, text: func() string { return "SIG_IGN" }}, null, number(8))
}

// A set of signals, as the kernel has it.
func signalSet(signals []unix.Signal) arg {
	bits := new(uint64)
	names := make([]string, len(signals))
	for i, s := range signals {
		*bits |= 1 << (s - 1)
		names[i] = strings.TrimPrefix(unix.SignalName(s), "SIG")
	}
	return arg{
		word: uintptr(unsafe.Pointer(bits)), keep: bits,
		text: func() string { return "[" + strings.Join(names, " ") + "]" },
	}
}

// BlockSignals keeps signals pending. See sigprocmask(2).
func (r *Recipe) BlockSignals(signals ...unix.Signal) *Line {
	return r.call("rt_sigprocmask", unix.SYS_RT_SIGPROCMASK, "",
		name(unix.SIG_BLOCK, "SIG_BLOCK"), signalSet(signals), null, number(8))
}

// Signalfd makes a descriptor that is readable when a signal is pending. See
// signalfd(2).
func (r *Recipe) Signalfd(fd string, signals ...unix.Signal) Slot {
	none := -1
	l := r.call("signalfd4", unix.SYS_SIGNALFD4, "", name(uintptr(none), "-1"), signalSet(signals), number(8),
		name(unix.SFD_CLOEXEC, "SFD_CLOEXEC"))
	return r.result(l, fd)
}

// Ppoll waits until one of some descriptors is readable. A process that is stopped
// and continued goes on waiting, which epoll_wait(2) would not. See poll(2).
func (r *Recipe) Ppoll(text string, fds ...int) *Line {
	list := make([]unix.PollFd, len(fds))
	for i, fd := range fds {
		list[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	return r.call("ppoll", unix.SYS_PPOLL, "",
		arg{word: uintptr(unsafe.Pointer(&list[0])), keep: list, text: func() string { return text }},
		number(len(list)), null, null, number(8))
}

// LeaveParent ends the conversation with the parent, which then takes the child
// for complete, as it does when the child's program runs. The lines after this one are
// beyond its sight.
func (r *Recipe) LeaveParent() *Line {
	r.add(&Line{
		name: "write", object: "parent", role: parts,
		args: []arg{name(0, "parent"), name(0, "&farewell"), number(int(unsafe.Sizeof(farewell)))},
	})
	l := r.call("close", unix.SYS_CLOSE, "parent", name(0, "parent"))
	l.role = leaves
	return l
}

// Exit ends the process. See exit_group(2).
func (r *Recipe) Exit(status int) *Line {
	return r.call("exit_group", unix.SYS_EXIT_GROUP, fmt.Sprint(status), number(status))
}
