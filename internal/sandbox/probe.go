package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// probed are the calls that a script can make by name.
var probed = map[string]uintptr{
	"add_key": unix.SYS_ADD_KEY, "bpf": unix.SYS_BPF, "clone": unix.SYS_CLONE, "clone3": unix.SYS_CLONE3,
	"fsopen": unix.SYS_FSOPEN, "getpid": unix.SYS_GETPID, "getppid": unix.SYS_GETPPID, "io_uring_setup": unix.SYS_IO_URING_SETUP, "ioctl": unix.SYS_IOCTL,
	"kcmp": unix.SYS_KCMP, "keyctl": unix.SYS_KEYCTL, "mount": unix.SYS_MOUNT, "open_by_handle_at": unix.SYS_OPEN_BY_HANDLE_AT,
	"perf_event_open": unix.SYS_PERF_EVENT_OPEN, "personality": unix.SYS_PERSONALITY, "ptrace": unix.SYS_PTRACE,
	"renameat2": unix.SYS_RENAMEAT2, "setgroups": unix.SYS_SETGROUPS, "setns": unix.SYS_SETNS, "setuid": unix.SYS_SETUID, "settimeofday": unix.SYS_SETTIMEOFDAY,
	"socket": unix.SYS_SOCKET, "swapon": unix.SYS_SWAPON, "unshare": unix.SYS_UNSHARE, "userfaultfd": unix.SYS_USERFAULTFD,
}

// probe is the program probe: it makes one system call, and prints its result, or the name of its error. A number is
// passed as it is; "@N" is the address of N bytes, all 0; any other word that of its text.
func probe(words []string) int {
	if len(words) == 0 || len(words) > 7 {
		fmt.Fprintln(os.Stderr, "usage: probe CALL [ARG...]")
		return 125
	}
	nr, ok := probed[words[0]]
	if !ok {
		n, err := strconv.ParseUint(words[0], 0, 64)
		if err != nil {
			fmt.Fprintf(os.Stderr, "probe: no call is called %q\n", words[0])
			return 125
		}
		nr = uintptr(n)
	}
	var args [6]uintptr
	var memory [][]byte
	for i, word := range words[1:] {
		n, err := strconv.ParseUint(word, 0, 64)
		if err == nil {
			args[i] = uintptr(n)
			continue
		}
		text := append([]byte(word), 0)
		if length, err := strconv.Atoi(strings.TrimPrefix(word, "@")); err == nil && word[0] == '@' {
			text = make([]byte, length)
		}
		memory = append(memory, text)
		args[i] = uintptr(unsafe.Pointer(&text[0]))
	}
	result, _, errno := unix.RawSyscall6(nr, args[0], args[1], args[2], args[3], args[4], args[5])
	runtime.KeepAlive(memory)
	if errno != 0 {
		fmt.Println(unix.ErrnoName(errno))
		return 0
	}
	fmt.Println(int(result))
	return 0
}
