package recipe

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// This file is the child's too, where that is to be the init of a pid namespace: it clones
// the process that goes on, and stays behind. The rules of fork.go hold. No program is run
// for it, because there may be none in the new root; it has no threads, no memory of its
// own, and is there at once.

// CloneInit makes the child, the first of its pid namespace, clone the process that makes
// the lines after this one. It stays itself as long as that process lives.
func (r *Recipe) CloneInit() *Line {
	request := &cloneArgs{Exit_signal: uint64(unix.SIGCHLD)}
	l := r.call("clone3", unix.SYS_CLONE3, "program",
		arg{word: uintptr(unsafe.Pointer(request)), keep: request, text: func() string { return "{flags=0, exit_signal=SIGCHLD}" }},
		number(int(unsafe.Sizeof(*request))))
	l.role = inits
	r.init = len(r.lines) - 1
	r.deathSignal = 0 // that is the first process's
	r.reaper = newReaper()
	return l
}

// Inits reports whether the child stays behind as the init of its pid namespace.
func (r *Recipe) Inits() bool { return r.init >= 0 }

// A reaper is what the init needs, made ready beforehand.
type reaper struct {
	all    uint64 // every signal
	info   unix.SignalfdSiginfo
	status int32
	name   [16]byte
	root   [2]byte
	args   []byte // where the command line is in memory
	header unix.CapUserHeader
	caps   [2]unix.CapUserData
	filter unix.SockFprog
	code   []unix.SockFilter
}

// architectures are the numbers of AUDIT_ARCH_*, by which the kernel tells a filter whose
// numbers of calls these are.
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

func newReaper() *reaper {
	p := &reaper{all: ^uint64(0), header: unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}}
	copy(p.name[:], "init")
	p.root[0] = '/'
	for _, word := range os.Args { // one follows the other
		p.args = unsafe.Slice(unsafe.StringData(os.Args[0]), len(p.args)+len(word)+1)
	}
	// It sends signals to programs of other users, and has no other privilege.
	p.caps[0].Permitted = 1 << unix.CAP_KILL
	p.caps[0].Effective = 1 << unix.CAP_KILL
	const load, equal, done = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	calls := []uint32{unix.SYS_READ, unix.SYS_WAIT4, unix.SYS_KILL, unix.SYS_EXIT_GROUP}
	p.code = []unix.SockFilter{
		{Code: load, K: 4}, // the architecture
		{Code: equal, K: architectures[runtime.GOARCH], Jf: uint8(len(calls) + 1)},
		{Code: load, K: 0}, // the number of the call
	}
	for i, nr := range calls {
		p.code = append(p.code, unix.SockFilter{Code: equal, K: nr, Jt: uint8(len(calls) - i)})
	}
	p.code = append(p.code, unix.SockFilter{Code: done, K: unix.SECCOMP_RET_KILL_PROCESS}, unix.SockFilter{Code: done, K: unix.SECCOMP_RET_ALLOW})
	p.filter = unix.SockFprog{Len: uint16(len(p.code)), Filter: &p.code[0]}
	return p
}

// stays reports, after the call that clones the process that goes on, whether this is the
// one that stays behind.
//
//go:nosplit
//go:norace
func stays(c *childhood, cloned uintptr) bool {
	if cloned != 0 && cloned != ^uintptr(0) {
		c.program = cloned
		return true
	}
	setMask(&c.mask)
	return false
}

//go:nosplit
//go:norace
func setMask(signals *uint64) {
	syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(signals)), 0, 8, 0, 0)
}

// harmless gives up all that an init does not need: it has seen the outside, and those
// inside can see it.
//
//go:nosplit
//go:norace
func harmless(p *reaper) {
	// Nobody may look into a memory that is a copy of our own.
	syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0, 0, 0, 0, 0)
	// What ps(1) shows of it is its name, and not our command line.
	syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_NAME, uintptr(unsafe.Pointer(&p.name)), 0, 0, 0, 0)
	for i := range p.args {
		p.args[i] = 0
		if i < len(p.name) {
			p.args[i] = p.name[i]
		}
	}
	// A working directory outside would be a way out.
	syscall.RawSyscall6(unix.SYS_CHDIR, uintptr(unsafe.Pointer(&p.root)), 0, 0, 0, 0, 0)
	// So would be an open file. The parent hears of the program alone from now on.
	syscall.RawSyscall6(unix.SYS_CLOSE_RANGE, 0, 1<<32-1, 0, 0, 0, 0)
	// Signals are read from descriptor 0, and so stay blocked: whoever looks can see that they
	// are not lost, as those are that an init has no handler for.
	none := ^uintptr(0)
	syscall.RawSyscall6(unix.SYS_SIGNALFD4, none, uintptr(unsafe.Pointer(&p.all)), 8, 0, 0, 0)
	// It makes four calls, with one privilege, and never any other.
	syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	syscall.RawSyscall6(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&p.header)), uintptr(unsafe.Pointer(&p.caps)), 0, 0, 0, 0)
	_, _, errno := syscall.RawSyscall6(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&p.filter)), 0, 0, 0)
	if errno != 0 && errno != syscall.ENOSYS && errno != syscall.EINVAL {
		syscall.RawSyscall6(unix.SYS_EXIT_GROUP, 125, 0, 0, 0, 0, 0)
	}
}

// reap passes signals on to the program, takes the dead off the process table, and ends as
// the program does.
//
//go:nosplit
//go:norace
func reap(p *reaper, program uintptr) {
	for {
		syscall.RawSyscall6(unix.SYS_READ, 0, uintptr(unsafe.Pointer(&p.info)), unsafe.Sizeof(p.info), 0, 0, 0)
		// A positive code is the kernel's: what comes from a terminal has come to the program
		// as well.
		if p.info.Signo != uint32(unix.SIGCHLD) && p.info.Code <= 0 {
			syscall.RawSyscall6(unix.SYS_KILL, program, uintptr(p.info.Signo), 0, 0, 0, 0)
		}
		for {
			pid, _, errno := syscall.RawSyscall6(unix.SYS_WAIT4,
				^uintptr(0), uintptr(unsafe.Pointer(&p.status)), unix.WNOHANG|unix.WALL, 0, 0, 0)
			if pid == 0 || errno != 0 {
				break
			}
			if pid == program {
				status := uintptr(p.status>>8) & 0xff
				if killer := uintptr(p.status) & 0x7f; killer != 0 {
					status = 128 + killer
				}
				syscall.RawSyscall6(unix.SYS_EXIT_GROUP, status, 0, 0, 0, 0, 0)
			}
		}
	}
}
