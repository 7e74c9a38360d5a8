package recipe

import (
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls that limit what a process may use, and what it gets along with execve.

// CloseRange closes descriptors, or does something else to them that the flags say. See
// close_range(2).
func (r *Recipe) CloseRange(first, last uint32, flags uint64) *Line {
	return r.call("close_range", unix.SYS_CLOSE_RANGE, "descriptors",
		number(int(first)), number(int(last)), closeRangeFlags.arg(flags))
}

// Prlimit64 sets a resource limit of this process. See prlimit(2).
func (r *Recipe) Prlimit64(resource int, soft, hard uint64) *Line {
	limit := &unix.Rlimit{Cur: soft, Max: hard}
	called := "RLIMIT_" + strings.ToUpper(Resources[resource])
	text := func() string { return fmt.Sprintf("{rlim_cur=%s, rlim_max=%s}", amount(soft), amount(hard)) }
	return r.call("prlimit64", unix.SYS_PRLIMIT64, Resources[resource], number(0), name(uintptr(resource), called),
		arg{word: uintptr(unsafe.Pointer(limit)), keep: limit, text: text}, null)
}

// classicPrlimit is the command that does the same to the shell.
func classicPrlimit(l *Line) string {
	limit := l.args[2].keep.(*unix.Rlimit)
	words := []string{amount(limit.Cur), amount(limit.Max)}
	for i, word := range words {
		if word == "RLIM64_INFINITY" {
			words[i] = "unlimited"
		}
	}
	return "prlimit --pid $$ --" + l.object + "=" + strings.Join(words, ":")
}

// amount is a limit as a person reads it.
func amount(n uint64) string {
	if n == unix.RLIM_INFINITY {
		return "RLIM64_INFINITY"
	}
	return fmt.Sprint(n)
}

// Resources are the names of the resource limits, by number, as prlimit(1) has them.
var Resources = [...]string{
	unix.RLIMIT_CPU: "cpu", unix.RLIMIT_FSIZE: "fsize", unix.RLIMIT_DATA: "data", unix.RLIMIT_STACK: "stack",
	unix.RLIMIT_CORE: "core", unix.RLIMIT_RSS: "rss", unix.RLIMIT_NPROC: "nproc", unix.RLIMIT_NOFILE: "nofile",
	unix.RLIMIT_MEMLOCK: "memlock", unix.RLIMIT_AS: "as", unix.RLIMIT_LOCKS: "locks", unix.RLIMIT_SIGPENDING: "sigpending",
	unix.RLIMIT_MSGQUEUE: "msgqueue", unix.RLIMIT_NICE: "nice", unix.RLIMIT_RTPRIO: "rtprio", unix.RLIMIT_RTTIME: "rttime",
}

// closeRangeFlags are those of close_range(2).
var closeRangeFlags = flagTable{
	{unix.CLOSE_RANGE_UNSHARE, "CLOSE_RANGE_UNSHARE"},
	{unix.CLOSE_RANGE_CLOEXEC, "CLOSE_RANGE_CLOEXEC"},
}
