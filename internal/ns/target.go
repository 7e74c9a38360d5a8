package ns

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// A target is the process whose namespaces are joined. The descriptor stands for
// it as long as we hold it, even if it ends and another process gets its pid.
type target struct{ pid, pidfd int }

// target finds the process that was named. None is named by pid 0.
func (e *Enter) target() (target, error) {
	if e.Target == "" {
		return target{}, nil
	}
	if err := chain.OwnProc(); err != nil {
		return target{}, err
	}
	pid, notNumber := strconv.Atoi(e.Target)
	if notNumber != nil {
		var err error
		if pid, err = readPid(e.Target); err != nil {
			return target{}, err
		}
	}
	pidfd, err := openPid(pid)
	if err != nil {
		return target{}, &chain.Hinted{Err: fmt.Errorf("enter process %s: %w", e.Target, err), Hint: hintForPid(err)}
	}
	t := target{pid, pidfd}
	if notNumber != nil {
		err = t.olderThan(e.Target)
	}
	return t, err
}

// openPid opens the process that has a pid now. Of a number that no pid can be,
// the kernel would look at a part.
func openPid(pid int) (pidfd int, err error) {
	if pid > math.MaxInt32 || pid < math.MinInt32 {
		return -1, unix.ESRCH
	}
	return unix.PidfdOpen(pid, 0)
}

func hintForPid(err error) string {
	if errors.Is(err, unix.EINVAL) {
		return "a process is named by the pid of its main thread, a number above 0"
	}
	return "it has ended, or its pid belongs to another pid namespace"
}

// readPid reads the pid in a file as --hold=FILE writes it.
func readPid(file string) (int, error) {
	// Neither a pipe that nobody writes to nor a file without end may keep us.
	f, err := os.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return 0, &chain.Hinted{
			Err:  fmt.Errorf("read pid file %s: %w", file, errors.Unwrap(err)),
			Hint: "--target wants a pid, or a file with one in it",
		}
	}
	defer f.Close()
	text := make([]byte, 32)
	n, _ := f.Read(text)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil || pid <= 0 {
		return 0, fmt.Errorf("read pid file %s: there is no pid in it", file)
	}
	return pid, nil
}

// olderThan refuses a process that was started after its pid was written down: it
// has taken over the pid of the one that was meant.
func (t target) olderThan(file string) error {
	written, err := os.Stat(file)
	if err != nil {
		return err
	}
	started, err := t.started()
	if err != nil {
		return err
	}
	const accuracy = time.Second // of the two clocks that are compared
	if started.After(written.ModTime().Add(accuracy)) {
		return fmt.Errorf("enter process %d: it is younger than %s, so the pid in there was another's", t.pid, file)
	}
	return nil
}

// started is when the process was started. The kernel counts that in hundredths
// of a second since boot; see proc_pid_stat(5).
func (t target) started() (time.Time, error) {
	text, err := os.ReadFile(t.proc("stat"))
	if err != nil {
		return time.Time{}, err
	}
	// The name, which may have anything in it, ends at the last parenthesis.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	ticks, err := strconv.ParseInt(fields[19], 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	var up unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return time.Time{}, err
	}
	boot := time.Now().Add(-time.Duration(up.Nano()))
	return boot.Add(time.Duration(ticks) * 10 * time.Millisecond), nil
}

// alive makes sure that what was read under a pid was the target's.
func (t target) alive() error {
	if t.pid == 0 {
		return nil
	}
	if err := unix.PidfdSendSignal(t.pidfd, 0, nil, 0); err == unix.ESRCH {
		return fmt.Errorf("enter process %d: %w", t.pid, err)
	}
	return nil
}

// proc is a file of the target in /proc.
func (t target) proc(name string) string { return fmt.Sprintf("/proc/%d/%s", t.pid, name) }
