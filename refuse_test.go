package ctrkit_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ctrkit/internal/sandbox"
)

// refusing are the calls that nobody makes but the maker of a container, so that strace can be told which one to refuse by
// the name and the number alone.
var refusing = set(`unshare clone3 mount umount2 pivot_root chdir fchdir sethostname setdomainname mkdirat mknodat symlinkat setxattr`)

// TestRefused has strace refuse one call after another in the kernel's place. The sweep makes a line fail before it is made;
// here the call itself fails, in the child too, and the child has to tell its parent.
func TestRefused(t *testing.T) {
	sandbox.Root(t)
	needs(t, "strace", "busybox")
	sandbox.Tools(t)
	for _, name := range []string{"unshare", "in place", "in a child", "rootfs"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) { refuseEach(t, swept[name]) })
		})
	}
}

func refuseEach(t *sandbox.T, argv []string) {
	ownGroups(t)
	dir, log := layersAndRootfs(t), filepath.Join(t.TempDir(), "trace")
	before := takeSnapshot(dir, "/mnt", "/tmp")
	_, trace := straced(t, dir, argv)
	refused := 0
	for i, call := range trace {
		if !refusing[call.name] {
			continue
		}
		refused++
		which := fmt.Sprintf("%s:error=EPERM:when=%d", call.name, 1+earlier(trace[:i], call))
		out := run(t, dir, slices.Concat([]string{"strace", "-f", "-qq", "-o", log, "-e", "inject=" + which, "--"}, argv)...)
		if n := strings.Count(readText(log), "(INJECTED)"); n != 1 {
			t.Fatalf("%s: strace refused %d calls", which, n)
		}
		oneError := regexp.MustCompile(`^[a-z-]+: error: ` + call.name + `( .*)?: operation not permitted\n([a-z-]+: hint: .*\n)?$`)
		if out.status != 125 || out.stdout != "" || !oneError.MatchString(out.stderr) {
			t.Errorf("%s is refused: exit status %d, and it says %q", call, out.status, out.stdout+out.stderr)
		}
		for _, difference := range before.left(dir, "/mnt", "/tmp") {
			t.Fatalf("%s is refused: %s", call, difference)
		}
	}
	t.Logf("%d calls were refused", refused)
	if refused < 6 {
		t.Errorf("only %d calls were refused", refused)
	}
}

// earlier counts the calls that strace counts together with a call: those of the same thread.
func earlier(trace []*traced, call *traced) (n int) {
	for _, other := range trace {
		if other.tid == call.tid && other.name == call.name {
			n++
		}
	}
	return n
}
