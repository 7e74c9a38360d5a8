package chain

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

//doc:deaf

// deaf reports whether a child is the pid 1 of a pid namespace and neither handles a
// signal nor blocks it, to take it later. The kernel discards such a signal: an init that
// dies of a stray one would take its whole namespace along. See pid_namespaces(7).
func deaf(child *recipe.Child, signal unix.Signal) bool {
	if signal == unix.SIGKILL || signal == unix.SIGSTOP {
		return false // these come from outside the namespace, and nobody is asked
	}
	info := fields(fmt.Sprintf("/proc/self/fdinfo/%d", child.Pidfd))
	ids := strings.Fields(info["NSpid"])
	if len(ids) < 2 || ids[len(ids)-1] != "1" {
		return false
	}
	status := fields("/proc/" + info["Pid"] + "/status")
	if strings.HasPrefix(status["State"], "Z") || strings.HasPrefix(status["State"], "X") {
		return false // it has ended
	}
	caught, err := strconv.ParseUint(status["SigCgt"], 16, 64)
	blocked, _ := strconv.ParseUint(status["SigBlk"], 16, 64)
	return err == nil && (caught|blocked)&(1<<(signal-1)) == 0
}

// fields reads a file of lines "Name: value". A file that cannot be read has none.
func fields(file string) map[string]string {
	text, _ := os.ReadFile(file)
	m := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		m[name] = strings.TrimSpace(value)
	}
	return m
}
