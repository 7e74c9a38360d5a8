package ufs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/proc"
)

// upperLayer finds the directories for what is written, and refuses what the kernel would
// refuse without a reason, or not at all.
func (t *tree) upperLayer(upper, work string, lower []string, mounts []proc.Mount) (up, wk string, err error) {
	if up, err = t.newOrOld("write to", upper); err != nil {
		return "", "", err
	}
	if wk, err = t.newOrOld("work in", work); err != nil {
		return "", "", err
	}
	if err := apart(up, wk, lower); err != nil {
		return "", "", err
	}
	if err := sameMount(up, wk, mounts); err != nil {
		return "", "", err
	}
	if err := inUse(up, wk, mounts); err != nil {
		return "", "", err
	}
	return up, wk, ownWork(wk)
}

// apart wants directories that are not in one another. Only the upper one may lie in a
// lower layer, where it is out of reach.
func apart(upper, work string, lower []string) error {
	switch {
	case upper == work:
		return fmt.Errorf("work in %s: it is the upper layer; choose a directory beside it", work)
	case within(work, upper):
		return fmt.Errorf("work in %s: it lies in the upper layer, %s; choose a directory beside that", work, upper)
	case within(upper, work):
		return fmt.Errorf("work in %s: the upper layer lies in it, %s; choose a directory beside that", work, upper)
	}
	for _, dir := range lower {
		switch {
		case dir == upper:
			return fmt.Errorf("read layer %s: it is the upper layer, and one directory cannot be both", dir)
		case within(dir, upper):
			return fmt.Errorf("read layer %s: it lies in the upper layer, %s", dir, upper)
		case within(dir, work):
			return fmt.Errorf("read layer %s: it lies in %s, which overlayfs works in", dir, work)
		}
	}
	return nil
}

// neverUpper are kinds of file systems that change by themselves, take names for the same
// that differ in case, or are overlays.
var neverUpper = strings.Fields("overlay nfs nfs4 cifs smb3 vfat msdos exfat proc sysfs")

// sameMount wants both on one mount, of a kind that can be written to by overlayfs.
func sameMount(upper, work string, mounts []proc.Mount) error {
	a, b := mountID(standing(upper)), mountID(standing(work))
	on := proc.Mounted(mounts, a)
	switch {
	case a != b:
		return &chain.Hinted{
			Err:  fmt.Errorf("work in %s: it is on another mount than the upper layer, %s", work, upper),
			Hint: "changes are prepared there and then renamed into the upper layer, so choose a directory beside that",
		}
	case on == nil:
		return nil
	case slices.Contains(neverUpper, on.FS):
		return &chain.Hinted{
			Err:  fmt.Errorf("write to %s: it is on a file system of type %s, and overlayfs cannot write there", upper, on.FS),
			Hint: "choose a directory on another file system, or --scratch SIZE, which is one in memory",
		}
	case on.ReadOnly:
		return fmt.Errorf("write to %s: it is on a read-only mount, %s", upper, on.Point)
	}
	return nil
}

// standing is a directory, or where it will be made.
func standing(dir string) string {
	if _, err := os.Lstat(dir); err != nil {
		return filepath.Dir(dir)
	}
	return dir
}

// inUse refuses directories that another union writes to. The kernel says only in its log
// that what comes of that is undefined.
func inUse(upper, work string, mounts []proc.Mount) error {
	for i := range mounts {
		m := &mounts[i]
		if m.FS != "overlay" {
			continue
		}
		for _, dir := range []string{m.Option("upperdir"), m.Option("workdir")} {
			if dir == upper || dir == work {
				return &chain.Hinted{
					Err:  fmt.Errorf("write to %s: the union at %s uses %s", upper, m.Point, dir),
					Hint: "a layer that is written to belongs to one union; as a lower layer it can be shared once it rests",
				}
			}
		}
	}
	return nil
}

// writableTo refuses directories that we may not write to. The kernel would make a union
// of them in which nobody can.
func writableTo(upper, work string) error {
	for _, dir := range []string{upper, work} {
		if err := unix.Faccessat(unix.AT_FDCWD, standing(dir), unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
			return fmt.Errorf("write to %s: %w", dir, err)
		}
	}
	return nil
}

// ownWork wants an empty directory, or one that overlayfs has left. It clears a directory
// work in it, whoever has made it.
func ownWork(work string) error {
	entries, err := os.ReadDir(work)
	if errors.Is(err, unix.ENOENT) {
		return nil // it will be made
	}
	if err != nil {
		return fmt.Errorf("work in %s: %w", work, Plainly(err))
	}
	inner, err := os.ReadDir(filepath.Join(work, "work"))
	// Overlayfs lets nobody but root look into it: a dry run may not know what is there.
	if err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("work in %s: %w", filepath.Join(work, "work"), Plainly(err))
	}
	foreign := ""
	for _, entry := range entries {
		if name := entry.Name(); name != "work" && name != "index" {
			foreign = name
		}
	}
	for _, entry := range inner {
		if name := entry.Name(); name != "incompat" && !strings.HasPrefix(name, "#") {
			foreign = "work/" + name
		}
	}
	if foreign != "" {
		return &chain.Hinted{
			Err:  fmt.Errorf("work in %s: it is not empty, and %s is not from overlayfs", work, foreign),
			Hint: "overlayfs removes what it finds there: choose an empty directory",
		}
	}
	if _, err := os.Stat(filepath.Join(work, "work", "incompat", "volatile")); err == nil {
		return &chain.Hinted{
			Err:  fmt.Errorf("work in %s: the last union here was volatile, and may have lost what was written", work),
			Hint: "if the machine has not crashed since, remove its mark: rm -r " + filepath.Join(work, "work", "incompat"),
		}
	}
	return nil
}
