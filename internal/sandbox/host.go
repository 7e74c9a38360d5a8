package sandbox

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// A hostState is the sandbox's own side of things, which a container must not change.
type hostState struct {
	hostname string
	mounts   string
	links    []string
	files    map[string][]string
}

// hostPaths are the paths that the script's host commands name: they are looked at before its first line.
func hostPaths(source string, env *testscript.Env) []string {
	var paths []string
	for line := range strings.Lines(source) {
		f := strings.Fields(line)
		i := slices.Index(f, "host")
		// The command may stand after conditions and a !.
		if i < 0 || slices.ContainsFunc(f[:i], func(w string) bool { return w != "!" && w[0] != '[' }) {
			continue
		}
		for _, arg := range f[i+1:] {
			path := os.Expand(arg, env.Getenv)
			if !filepath.IsAbs(path) {
				path = filepath.Join(env.WorkDir, path)
			}
			paths = append(paths, path)
		}
	}
	return paths
}

func rememberHost(paths []string) hostState {
	hostname, _ := os.Hostname()
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	state := hostState{hostname, string(mounts), links(), map[string][]string{}}
	for _, path := range paths {
		state.files[path] = describe(path)
	}
	return state
}

// hostUnchanged compares with the state before the script's first line.
func (s *script) hostUnchanged(args []string) error {
	var paths []string
	for _, arg := range args {
		path := s.MkAbs(arg)
		if s.host.files[path] == nil {
			return usage("host [PATH...]: " + path + " was not known when the script began (only variables of the start count)")
		}
		paths = append(paths, path)
	}
	// A link follows its namespace a moment later.
	settle(insideGrace, func() []string { return newIn(s.host.links, links()) })
	now, then := rememberHost(paths), s.host
	var changes []error
	if now.hostname != then.hostname {
		changes = append(changes, fmt.Errorf("host name changed from %s to %s", then.hostname, now.hostname))
	}
	changes = append(changes, diff("mount", strings.Split(then.mounts, "\n"), strings.Split(now.mounts, "\n")))
	changes = append(changes, diff("link", then.links, now.links))
	for _, path := range paths {
		changes = append(changes, diff("file", then.files[path], now.files[path]))
	}
	return errors.Join(changes...)
}

// diff says what went and what came.
func diff(kind string, then, now []string) error {
	var changes []error
	for _, line := range newIn(now, then) {
		changes = append(changes, fmt.Errorf("%s gone: %s", kind, line))
	}
	for _, line := range newIn(then, now) {
		changes = append(changes, fmt.Errorf("%s new: %s", kind, line))
	}
	return errors.Join(changes...)
}

// describe is a line for a file, or for each file of a tree: everything that stat knows except the access time, and a
// sum of the content. Other file systems that are mounted in the tree are left out.
func describe(root string) []string {
	var top unix.Stat_t
	if err := unix.Lstat(root, &top); err != nil {
		return []string{root + ": " + err.Error()}
	}
	var lines []string
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		var st unix.Stat_t
		if err != nil || unix.Lstat(path, &st) != nil {
			return nil
		}
		if st.Dev != top.Dev {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		lines = append(lines, fmt.Sprintf("%s: mode %o owner %d:%d links %d size %d device %d changed %d %s",
			path, st.Mode, st.Uid, st.Gid, st.Nlink, st.Size, st.Rdev, st.Mtim.Nano(), content(path, st.Mode)))
		return nil
	})
	return lines
}

func content(path string, mode uint32) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFLNK:
		target, _ := os.Readlink(path)
		return "-> " + target
	case unix.S_IFREG:
		data, _ := os.ReadFile(path)
		return fmt.Sprintf("sum %x", sha256.Sum256(data))
	}
	return ""
}
