package recipe

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Seccomp gives the thread a filter that says of every later system call what becomes of
// it. See seccomp(2).
//
// A filter may forbid to speak. If it mutes us, the lines after this one are told before it,
// and a child asks its parent nothing any more.
func (r *Recipe) Seccomp(flags uint64, filter []unix.SockFilter, muting bool) *Line {
	program := &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	text := func() string { return fmt.Sprintf("{len=%d, filter=filter}", len(filter)) }
	l := r.call("seccomp", unix.SYS_SECCOMP, "filter",
		name(unix.SECCOMP_SET_MODE_FILTER, "SECCOMP_SET_MODE_FILTER"), seccompFlags.arg(flags),
		arg{word: uintptr(unsafe.Pointer(program)), keep: program, text: text})
	if muting {
		l.role = mutes
	}
	return l
}

// Speaking are the calls that we make ourselves when we tell of a line: to write it, and to
// be a Go program meanwhile.
var Speaking = []string{
	"write", "read", "futex", "mmap", "munmap", "madvise", "rt_sigreturn", "rt_sigprocmask", "sigaltstack", "sched_yield",
	"nanosleep", "getpid", "gettid", "tgkill", "exit_group",
}

// seccompFlags are those of seccomp(2).
var seccompFlags = flagTable{
	{unix.SECCOMP_FILTER_FLAG_TSYNC, "SECCOMP_FILTER_FLAG_TSYNC"},
	{unix.SECCOMP_FILTER_FLAG_LOG, "SECCOMP_FILTER_FLAG_LOG"},
	{unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
}
