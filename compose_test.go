package ctrkit_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ctrkit/internal/sandbox"
)

// composed are the scripts of testdata/compose that make one container in three ways.
var composed = []string{"chain", "pipe", "whole"}

// TestComposed makes the same container three times, by a chain of tools, by a pipe of tools, and by ctr-run, and looks for
// a difference from inside.
func TestComposed(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox", "ip", "ldd")
	sandbox.Tools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		ownGroups(t)
		isRouter(t)
		dir := classicDir(t)
		seen := map[string][]string{}
		for _, name := range composed {
			seen[name] = view(lookBy(t, dir, script(name+".sh")))
			(&sweep{T: t}).noCables()
		}
		for _, want := range []string{": 67108864", "pids.max: 60", "NSpid:\t2", "/data /data ro,nodev", "eth0", "cgroup: of its own", "0::/"} {
			if !strings.Contains(strings.Join(seen["whole"], "\n"), want) {
				t.Errorf("from inside, there is no %q in\n%s", want, strings.Join(seen["whole"], "\n"))
			}
		}
		agree(t, "ctr-run", "the chain", seen["whole"], seen["chain"], nil)
		agree(t, "ctr-run", "the pipe", seen["whole"], seen["pipe"], []permitted{
			{`^PPid:`, "whoever goes in was born outside, so its parent is nobody whom the container knows"},
		})
	})
}

// script is a command line that runs one of testdata/compose.
func script(name string) []string {
	path, _ := filepath.Abs(filepath.Join("testdata/compose", name))
	return []string{"sh", path}
}

// classicDir is a directory with what the scripts work on: layers and volumes. The root has the programs in it that a
// container made by hand needs when its root is changed, as Debian's has.
func classicDir(t *sandbox.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"upper/srv", "data", "work", "rootfs"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	rootfs := filepath.Join(dir, "rootfs")
	makeRootfs(t, rootfs)
	for _, name := range []string{"env", "setpriv", "umount"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		copyFile(t, program, filepath.Join(rootfs, "bin", name))
		for _, library := range regexp.MustCompile(`(?m)/\S+`).FindAllString(succeed(t, "/", "ldd", program).stdout, -1) {
			if err := os.MkdirAll(filepath.Join(rootfs, filepath.Dir(library)), 0o755); err != nil {
				t.Fatal(err)
			}
			copyFile(t, library, filepath.Join(rootfs, library))
		}
	}
	return dir
}

// lookBy is what a shell sees in the container that a command line makes.
func lookBy(t *sandbox.T, dir string, argv []string) []string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := onlooker(t, dir, argv, "")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%q: %v\n%s%s", argv, err, end(stdout.String()), end(stderr.String()))
	}
	return normal(stdout.String() + "\n# stderr\n" + stderr.String())
}

func onlooker(t *sandbox.T, dir string, argv []string, more string) *exec.Cmd {
	t.Helper()
	return shell(t, dir, "", line{`"$@"`, slices.Concat(argv, []string{"/bin/sh", "-c", readFile(t, "testdata/fingerprint.sh") + more, "sh"})}, "")
}
