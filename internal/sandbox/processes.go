package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

type process struct {
	pid     int
	cmdline string
}

// otherProcesses are those of this sandbox: everyone in its pid namespace, or without one, our descendants. Init, we
// ourselves, and the dead that wait to be collected do not count.
func otherProcesses() []process {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	var found []process
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if pid == os.Getpid() || pid == 1 || os.Geteuid() != 0 && !descends(pid) {
			continue
		}
		// A zombie has no command line any more, nor has a process that is gone by now.
		if cmdline, _ := os.ReadFile(dir + "/cmdline"); len(cmdline) > 0 {
			args := strings.TrimSpace(string(bytes.ReplaceAll(cmdline, []byte{0}, []byte{' '})))
			found = append(found, process{pid, args})
		}
	}
	return found
}

func killOthers() {
	for _, p := range otherProcesses() {
		syscall.Kill(p.pid, syscall.SIGKILL)
	}
}

// descends tells whether we are among a process's ancestors.
func descends(pid int) bool {
	for pid > 1 && pid != os.Getpid() {
		pid = parent(pid)
	}
	return pid == os.Getpid()
}

// parent is the fourth field of stat; the second is a name in parentheses that may contain anything.
func parent(pid int) int {
	stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(f) < 2 {
		return 0
	}
	ppid, _ := strconv.Atoi(f[1])
	return ppid
}
