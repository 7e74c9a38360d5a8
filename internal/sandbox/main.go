package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// roleVar tells a re-executed test binary what it is to be.
const roleVar = "CTRKIT_SANDBOX_ROLE"

// Main is the whole of a package's TestMain. One binary plays six parts, told apart by how it was started:
// the suite itself, the first process of a sandbox, the test inside it, and the script commands asuser, probe and filters.
func Main(m *testing.M) {
	if filepath.Base(os.Args[0]) == "asuser" {
		os.Exit(becomeUser(os.Args[1:]))
	}
	if filepath.Base(os.Args[0]) == "probe" {
		os.Exit(probe(os.Args[1:]))
	}
	if filepath.Base(os.Args[0]) == "filters" {
		os.Exit(filters(os.Args[1:]))
	}
	role := os.Getenv(roleVar)
	// Programs started from here may be test binaries too; the part is ours alone.
	os.Unsetenv(roleVar)
	switch role {
	case "init":
		os.Exit(runInit())
	case "inside":
		os.Exit(runInside(m))
	default:
		os.Exit(runSuite(m))
	}
}

// runSuite runs the tests between two looks at the machine: what is there afterwards and was not before is a leak.
func runSuite(m *testing.M) int {
	if os.Geteuid() != 0 {
		fmt.Fprintln(os.Stderr, "sandbox: not root: tests that need namespaces of their own are skipped (making them takes root: sudo make test)")
	}
	dir, err := os.MkdirTemp("", "ctrkit-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		return 125
	}
	suite = &suiteState{dir: dir}
	before := machineState(suite.toolsDir())
	code := m.Run()

	suite.nextRun()
	leaks := settle(machineGrace, func() []string { return newIn(before, machineState(suite.toolsDir())) })
	for _, leak := range leaks {
		fmt.Fprintln(os.Stderr, "sandbox: leak on this machine:", leak)
		code = 1
	}
	if suite.buildErr != nil {
		fmt.Fprintln(os.Stderr, "sandbox: building the tools:", suite.buildErr)
		code = 1
	}
	if os.Getenv("CTRKIT_VM") != "" && suite.ran == 0 && len(suite.skips) == 0 {
		// Whoever starts a machine for it has named the tests wrongly.
		fmt.Fprintln(os.Stderr, "sandbox: no test has run in the virtual machine")
		code = 1
	}
	suite.tellSkips()
	if len(leaks) == 0 {
		// Otherwise something could be mounted in it, and would be removed too.
		os.RemoveAll(dir)
	}
	return code
}
