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

// deaf reports whether a child is the pid 1 of a pid namespace and has no
// handler for a signal. The kernel discards such a signal: an init that dies of
// a stray one would take its whole namespace along. See pid_namespaces(7).
func deaf(child *recipe.Child, signal unix.Signal) bool {
	info := fields(fmt.Sprintf("/proc/self/fdinfo/%d", child.Pidfd))
	ids := strings.Fields(info["NSpid"])
	if len(ids) < 2 || ids[len(ids)-1] != "1" {
		return false
	}
	status := fields("/proc/" + info["Pid"] + "/status")
	caught, err := strconv.ParseUint(status["SigCgt"], 16, 64)
	return err == nil && caught&(1<<(signal-1)) == 0
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
