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
		if f := stat(pid); len(f) > 0 && f[0] != "Z" && f[0] != "X" {
			// A process that is just becoming another program has no command line for a moment.
			cmdline, _ := os.ReadFile(dir + "/cmdline")
			found = append(found, process{pid, strings.TrimSpace(string(bytes.ReplaceAll(cmdline, []byte{0}, []byte{' '})))})
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

func parent(pid int) int {
	f := stat(pid)
	if len(f) < 2 {
		return 0
	}
	ppid, _ := strconv.Atoi(f[1])
	return ppid
}

// stat is what proc_pid_stat(5) tells of a process from its state on; the field before that is a name in parentheses that
// may contain anything. Of a process that is gone it is nothing.
func stat(pid int) []string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
}
