//go:build fault

package recipe

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// In a build with the tag fault, one line of one tool can be made to fail:
//
//	CTRKIT_FAULT=TOOL:LINE:WHAT
//
// WHAT is the number of the errno with which the line fails, or "kill", which
// kills the process that makes the recipe, or "kill-child", which kills its
// child. What happened is appended to the file CTRKIT_FAULT_LOG: a line
// "fired TOOL LINE CALL", and "lines TOOL COUNT" for every recipe that starts,
// so that a test can go through all of them and know that none was missed.
func faultAt(line int) bool {
	_, at, _ := wanted()
	return at == line
}

func wanted() (tool string, line int, what string) {
	parts := strings.SplitN(os.Getenv("CTRKIT_FAULT"), ":", 3)
	if len(parts) != 3 {
		return "", -1, ""
	}
	line, err := strconv.Atoi(parts[1])
	if err != nil {
		return "", -1, ""
	}
	return parts[0], line, parts[2]
}

func fault(r *Recipe, line int, child *Child) error {
	if line == 0 {
		faultLog("lines", r.name, len(r.lines))
	}
	tool, at, what := wanted()
	if r.name != tool || at != line {
		return nil
	}
	faultLog("fired", r.name, line, r.lines[line].name)
	switch what {
	case "kill":
		unix.Kill(unix.Getpid(), unix.SIGKILL)
		unix.Exit(128 + int(unix.SIGKILL)) // the pid 1 of a namespace survives what it sends itself
	case "kill-child":
		if child != nil {
			child.Signal(unix.SIGKILL)
		}
		return nil
	}
	errno, err := strconv.Atoi(what)
	if err != nil {
		return err
	}
	return unix.Errno(errno)
}

func faultLog(words ...any) { fmt.Fprintln(openFaultLog(), words...) }

// openFaultLog opens the log at the first line, for a later one may take its name out of reach.
var openFaultLog = sync.OnceValue(func() *os.File {
	log, _ := os.OpenFile(os.Getenv("CTRKIT_FAULT_LOG"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	return log
})
