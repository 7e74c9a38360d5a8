package recipe

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Seccomp gives the thread a filter that says of every later system call what becomes of
// it. See seccomp(2).
//
// The filter may forbid to write, so the lines after this one are told before it; and a
// child asks its parent nothing any more.
func (r *Recipe) Seccomp(flags uint64, filter []unix.SockFilter) *Line {
	program := &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	text := func() string { return fmt.Sprintf("{len=%d, filter=filter}", len(filter)) }
	l := r.call("seccomp", unix.SYS_SECCOMP, "filter",
		name(unix.SECCOMP_SET_MODE_FILTER, "SECCOMP_SET_MODE_FILTER"), seccompFlags.arg(flags),
		arg{word: uintptr(unsafe.Pointer(program)), keep: program, text: text})
	l.role = mutes
	return l
}

// seccompFlags are those of seccomp(2).
var seccompFlags = flagTable{
	{unix.SECCOMP_FILTER_FLAG_TSYNC, "SECCOMP_FILTER_FLAG_TSYNC"},
	{unix.SECCOMP_FILTER_FLAG_LOG, "SECCOMP_FILTER_FLAG_LOG"},
	{unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
}
