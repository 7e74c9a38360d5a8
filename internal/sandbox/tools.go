package sandbox

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// toolsVar names a directory of tools that are built already, for places without a Go toolchain.
const toolsVar = "CTRKIT_TOOLS"

// A suiteState is what one run of a test binary knows: its directory, its tools and the skips so far.
type suiteState struct {
	dir      string
	build    sync.Once
	buildErr error

	mu    sync.Mutex
	skips []skip
	ran   int // sandboxes
}

var suite *suiteState

// toolsDir is where this run's tools are, or will be.
func (s *suiteState) toolsDir() string {
	if dir := os.Getenv(toolsVar); dir != "" {
		return dir
	}
	return filepath.Join(s.dir, "bin")
}

// Tools builds ctrkit's tools, once per run of the test binary, and puts them first in PATH.
// A tool that does not build fails the run at its end, so that the others can be tested meanwhile.
func Tools(t testing.TB) {
	t.Helper()
	if inside != nil {
		return
	}
	suite.build.Do(func() {
		suite.buildErr = suite.buildTools()
		os.Setenv("PATH", suite.toolsDir()+":"+suite.helpersDir()+":"+os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin")
	})
}

// buildTools compiles everything below cmd, and adds the helpers that scripts use like programs.
func (s *suiteState) buildTools() error {
	// The directory belongs to root and is used by others too.
	if err := os.Chmod(s.dir, 0o755); err != nil {
		return err
	}
	if err := s.makeHelpers(); err != nil {
		return err
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(root, "cmd")); err != nil || os.Getenv(toolsVar) != "" {
		return nil
	}
	// Reading the directories tells go test that its result depends on them, so an edited tool is never "(cached)".
	for _, dir := range []string{"cmd", "internal"} {
		filepath.WalkDir(filepath.Join(root, dir), func(string, fs.DirEntry, error) error { return nil })
	}
	build := exec.Command("go", "build", "-trimpath", "-o", s.toolsDir()+"/", "./cmd/...")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", build, err, out)
	}
	return nil
}

// helpersDir holds asuser and probe, which are this binary under other names, and a sudo for a place where everyone is root.
func (s *suiteState) helpersDir() string { return filepath.Join(s.dir, "helpers") }

func (s *suiteState) makeHelpers() error {
	if err := os.Mkdir(s.helpersDir(), 0o755); err != nil {
		return err
	}
	// A copy, because the original may be in /tmp, which is another one in a sandbox.
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.helpersDir(), "asuser"), program, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"probe", "filters"} {
		if err := os.Symlink("asuser", filepath.Join(s.helpersDir(), name)); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(s.helpersDir(), "sudo"), []byte("#!/bin/sh\nexec \"$@\"\n"), 0o755)
}

// moduleRoot is the directory of go.mod, above the package under test.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == "/" {
			return "", fmt.Errorf("no go.mod above the working directory")
		}
	}
	return "", err
}
