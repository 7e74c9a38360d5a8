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
	for name, least := range map[string]int{"unshare": 6, "in place": 40, "in a child": 40, "rootfs": 40, "group": 2, "limits": 40} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) { refuseEach(t, swept[name], least) })
		})
	}
}

func refuseEach(t *sandbox.T, argv []string, least int) {
	ownGroups(t)
	r := &refuser{T: t, argv: argv, dir: layersAndRootfs(t), log: filepath.Join(t.TempDir(), "trace")}
	before := takeSnapshot(r.watched()...)
	_, trace := straced(t, r.dir, argv)
	for i, call := range trace {
		if !refusing[call.name] {
			continue
		}
		errno, says := "EPERM", "operation not permitted"
		if isTolerant(call) {
			if out := r.refuse(trace[:i], call, errno); out.status != 0 || out.stdout != "alive\n" || out.stderr != "" {
				t.Errorf("%s may be refused: exit status %d, and it says %q", call, out.status, out.stdout+out.stderr)
			}
			errno, says = "EIO", "input/output error"
		}
		out := r.refuse(trace[:i], call, errno)
		action := call.name
		if strings.HasPrefix(unescaped(call.args[min(1, len(call.args)-1)]), groupFiles) {
			action = "make group"
		}
		oneError := regexp.MustCompile(`^[a-z-]+: error: ` + action + `( .*)?: ` + says + `\n([a-z-]+: hint: .*\n)?$`)
		if out.status != 125 || out.stdout != "" || !oneError.MatchString(out.stderr) {
			t.Errorf("%s is refused: exit status %d, and it says %q", call, out.status, out.stdout+out.stderr)
		}
		for _, difference := range before.left(r.watched()...) {
			t.Fatalf("%s is refused: %s", call, difference)
		}
	}
	t.Logf("%d calls were refused", r.refused)
	if r.refused < least {
		t.Errorf("only %d calls were refused", r.refused)
	}
}

// A refuser is a command line of which calls are refused.
type refuser struct {
	*sandbox.T
	argv     []string
	dir, log string
	refused  int
}

func (r *refuser) watched() []string { return []string{r.dir, "/mnt", "/tmp"} }

// refuse runs the command line and has one call refused. Strace counts the calls of each thread; where another thread has
// made as many before, it is told the path too.
func (r *refuser) refuse(earlierCalls []*traced, call *traced, errno string) outcome {
	r.Helper()
	r.refused++
	n := 1 + earlier(earlierCalls, call)
	strace := []string{"strace", "-f", "-qq", "-o", r.log}
	if slices.ContainsFunc(earlierCalls, func(other *traced) bool {
		return other.tid != call.tid && other.name == call.name && earlier(earlierCalls, other) >= n
	}) {
		n = 1
		strace = append(strace, "-P", unescaped(call.args[1]))
	}
	which := fmt.Sprintf("%s:error=%s:when=%d", call.name, errno, n)
	out := run(r, r.dir, slices.Concat(strace, []string{"-e", "inject=" + which, "--"}, r.argv)...)
	if injected := strings.Count(readText(r.log), "(INJECTED)"); injected != 1 {
		r.Fatalf("%s: strace refused %d calls", which, injected)
	}
	return out
}

// isTolerant reports whether a call may be refused, and the container is made all the same: control groups cannot be seen
// in each user namespace.
func isTolerant(call *traced) bool {
	return call.name == "mount" && strings.HasPrefix(unescaped(call.args[2]), "cgroup")
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
