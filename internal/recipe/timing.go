package recipe

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Spent is a line, and how long it took.
type Spent struct {
	Tool    string // that the line is told under
	Call    string
	Outside bool
	Ahead   bool // it was done while the child made other lines
	Time    time.Duration
}

// Time makes the recipe note when each line begins. A child that asked us what time it is
// would wait for us longer than most lines take. So it writes the time into memory that we
// share: of all other memory, a child of clone3 has a copy.
func (r *Recipe) Time() { r.timed = true }

// startClock makes that memory: a moment for each line, and one for the end.
func (r *Recipe) startClock() error {
	if !r.timed || r.moments != nil {
		return nil
	}
	n := len(r.lines) + 1
	memory, err := unix.Mmap(-1, 0, n*int(unsafe.Sizeof(unix.Timespec{})), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
	if err != nil {
		return err
	}
	r.moments = unsafe.Slice((*unix.Timespec)(unsafe.Pointer(&memory[0])), n)
	return nil
}

// strike notes that a line of ours begins now.
func (r *Recipe) strike(i int) {
	if r.moments != nil {
		unix.ClockGettime(unix.CLOCK_MONOTONIC, &r.moments[i])
	}
}

// Spent is how long each line took, in the order of the lines, once all have been made. Those
// that no moment is known of, as behind a filter that may forbid to ask, count as part of the
// one before.
func (r *Recipe) Spent() (list []Spent) {
	for i, l := range r.lines {
		began := r.moments[i].Nano()
		switch {
		case l.took != 0:
			list = append(list, Spent{l.tool, l.name, true, true, l.took})
		case began != 0:
			list = append(list, Spent{l.tool, l.name, l.outside != nil, false, time.Duration(r.next(i) - began)})
		}
	}
	return list
}

// next is the next moment after the beginning of a line.
func (r *Recipe) next(i int) int64 {
	for i++; r.moments[i].Nano() == 0; {
		i++
	}
	return r.moments[i].Nano()
}

// note is a step of the child that notes what time it is.
func note(moment *unix.Timespec) step {
	return step{nr: unix.SYS_CLOCK_GETTIME, args: [6]uintptr{unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(moment))}}
}
