package ufs

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ctrkit/internal/chain"
)

// unused refuses to unmount what a process uses. The kernel would refuse too, but a tree
// of several mounts would be half gone by then.
func unused(root string) error {
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return err
	}
	for _, process := range processes {
		if !uses(process, root) {
			continue
		}
		name, _ := os.ReadFile(process + "/comm") // it may have ended
		return &chain.Hinted{
			Err: fmt.Errorf("unmount %s: process %s (%s) uses it", root, filepath.Base(process), bytes.TrimSpace(name)),
			Hint: "it is in one of its directories, has something of it open, or runs from there: " +
				"end it first",
		}
	}
	return nil
}

// uses reports whether a process is in a directory, or has anything there open. Of one that
// we may not look at, or that has ended, we know nothing, and the kernel will decide.
func uses(process, root string) bool {
	open, _ := filepath.Glob(process + "/fd/*")
	for _, link := range append(open, process+"/cwd", process+"/root", process+"/exe") {
		if target, err := os.Readlink(link); err == nil && within(target, root) {
			return true
		}
	}
	maps, _ := os.ReadFile(process + "/maps")
	return strings.Contains(string(maps), " "+root+"/")
}
