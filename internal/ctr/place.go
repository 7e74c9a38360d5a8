package ctr

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// corners are directories that every machine has, and few need.
var corners = []string{"/mnt", "/tmp", "/run", "/srv", "/media", "/opt"}

// mountPoint is a directory at which the tree can grow. Nobody outside sees the
// mount, so any directory will do that hides neither what the container is made of
// nor our tools.
func (c *Run) mountPoint() string {
	needed := c.outside()
	for _, dir := range corners {
		info, err := os.Stat(dir)
		hides := func(name string) bool { return strings.HasPrefix(name+"/", dir+"/") }
		if err == nil && info.IsDir() && !slices.ContainsFunc(needed, hides) {
			return dir
		}
	}
	return corners[0]
}

// outside are the paths, without symbolic links, of what is taken from the machine when
// the tree has been mounted already.
func (c *Run) outside() (paths []string) {
	names := append([]string{c.Rootfs, c.unpacked}, c.Layer...)
	if c.Upper != "" {
		names = append(names, filepath.Dir(c.Upper)) // it may be missing
	}
	for _, volume := range c.Volume {
		names = append(names, volume.Source)
	}
	if self, err := os.Executable(); err == nil {
		names = append(names, self)
	}
	for _, name := range names {
		if path, err := filepath.EvalSymlinks(name); err == nil && name != "" {
			path, _ = filepath.Abs(path)
			paths = append(paths, path)
		}
	}
	return paths
}
