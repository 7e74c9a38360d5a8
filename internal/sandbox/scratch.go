package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// keepVar lists the directories that a sandbox must be able to see, wherever they are.
const keepVar = "CTRKIT_SANDBOX_KEEP"

// scratch are the directories in which programs leave notes for each other: a sandbox has empty ones.
var scratch = map[string]string{
	"/run": "mode=0755", // where named network namespaces are, for one
	"/tmp": "mode=1777",
}

// coverScratch hides the machine's scratch directories, but for what we were told to keep of them.
func coverScratch() error {
	var paths []string
	var trees []int
	for _, path := range filepath.SplitList(os.Getenv(keepVar)) {
		if !isScratch(path) {
			continue
		}
		tree, err := detached(path)
		if errors.Is(err, unix.ENOENT) {
			continue // tools that nobody has built yet
		}
		if err != nil {
			return err
		}
		paths, trees = append(paths, path), append(trees, tree)
	}
	for path, data := range scratch {
		if err := unix.Mount("tmpfs", path, "tmpfs", 0, data); err != nil {
			return fmt.Errorf("mount %s: %w", path, err)
		}
	}
	for i, path := range paths {
		if err := putBack(trees[i], path); err != nil {
			return err
		}
	}
	return nil
}

func isScratch(path string) bool {
	for dir := range scratch {
		if strings.HasPrefix(path, dir+"/") {
			return true
		}
	}
	return false
}

// putBack attaches a tree where it was, unless it has come with another one.
func putBack(tree int, path string) error {
	if _, err := os.Stat(path); err == nil {
		return unix.Close(tree)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return attach(tree, path)
}
