package filter

import (
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// load puts a filter on the calling thread, which must not be used for anything else afterwards.
func (c code) load(b *testing.B) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		b.Fatal(err)
	}
	program := unix.SockFprog{Len: uint16(len(c)), Filter: &c[0]}
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); errno != 0 {
		b.Fatal(errno)
	}
}

// onThread runs a function on a thread that ends with it.
func onThread(do func()) {
	done := make(chan bool)
	go func() {
		runtime.LockOSThread()
		defer close(done)
		do()
	}()
	<-done
}

// programs are ours, and what libseccomp makes of the same list.
func programs(b *testing.B) map[string]code {
	p := Default(0x800405fb)
	ours, err := p.Compile()
	if err != nil {
		b.Fatal(err)
	}
	delete(p.calls, "socket")
	delete(p.calls, "ioctl")
	return map[string]code{"ours": ours, "libseccomp": newLibseccomp(b).compile(b, p)}
}

// spent is the processor time of the calling thread, in nanoseconds: others may be at work on the machine.
func spent() float64 {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return float64(t.Nano())
}

// BenchmarkLoad is what a program pays once.
func BenchmarkLoad(b *testing.B) {
	for name, program := range programs(b) {
		b.Run(name, func(b *testing.B) {
			sum := 0.0
			for b.Loop() {
				onThread(func() {
					from := spent()
					program.load(b)
					sum += spent() - from
				})
			}
			b.ReportMetric(sum/float64(b.N), "cpu-ns/load")
		})
	}
}

// BenchmarkCall is what it pays for each call: one that is always allowed, which kernels since Linux 5.11 remember, and one
// for which the program is run because of its arguments.
func BenchmarkCall(b *testing.B) {
	calls := map[string]func(){
		"getppid": func() { unix.RawSyscall(unix.SYS_GETPPID, 0, 0, 0) },
		"clone":   func() { unix.RawSyscall(unix.SYS_CLONE, unix.CLONE_THREAD, 0, 0) }, // which is invalid
	}
	all := programs(b)
	all["none"] = nil
	for name, call := range calls {
		for _, who := range []string{"none", "libseccomp", "ours"} {
			b.Run(name+"/"+who, func(b *testing.B) {
				onThread(func() {
					if all[who] != nil {
						all[who].load(b)
					}
					from := spent()
					for b.Loop() {
						call()
					}
					b.ReportMetric((spent()-from)/float64(b.N), "cpu-ns/call")
				})
			})
		}
	}
}
