package sandbox

import (
	"flag"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Run runs f in a sandbox: a new process of this test binary in namespaces of its own, which runs the present test
// again, from its top, and gets to f. What stands before Run is therefore run twice, and should be cheap.
func Run(t *testing.T, f func(t *T)) {
	t.Helper()
	if inside != nil {
		inside.run(t, f)
		return
	}
	if suite == nil {
		t.Fatal("sandbox.Run needs a TestMain that calls sandbox.Main")
	}
	suite.mu.Lock()
	suite.ran++
	suite.mu.Unlock()
	res := spawn(t)
	if res.Log != "" && (res.Outcome == failed || testing.Verbose()) {
		t.Logf("inside the sandbox:\n%s", res.Log)
	}
	for _, s := range res.Skips {
		account(t, s)
	}
	switch res.Outcome {
	case failed:
		t.FailNow()
	case skipped:
		t.SkipNow()
	case passed:
		res.writePromoted(t)
	}
}

// spawn runs the present test in a sandbox and waits for the result.
func spawn(t *testing.T) result {
	t.Helper()
	// The kernel sends the death signal when the starting thread ends, so the thread stays ours until the child is gone.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	// Files, not pipes: reading a pipe to its end would wait for whoever else holds it.
	report, output := tempFile(t), tempFile(t)
	defer report.Close()
	defer output.Close()
	cmd := command(t, output, report)
	if err := cmd.Start(); err != nil {
		t.Fatalf("start a sandbox: %v", err)
	}
	// The child enforces its limit itself, so that the log tells where it was; this is for a child that cannot.
	kill := time.AfterFunc(limit()+5*time.Second, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	kill.Stop()
	if os.Geteuid() != 0 {
		// With a pid namespace the kernel has done this.
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	return readResult(report, output, err)
}

// command is this test binary once more, asked to run nothing but the present test.
func command(t *testing.T, output, report *os.File) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", childFlags(t.Name())...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.ExtraFiles = []*os.File{report}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	work, role := rootWork, "init"
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET |
			syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC
	} else {
		cmd.SysProcAttr.Setpgid = true
		work, role = t.TempDir(), "inside"
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	keep := strings.Join([]string{root, suite.dir, suite.toolsDir()}, ":")
	cmd.Env = append(os.Environ(), roleVar+"="+role, workVar+"="+work, keepVar+"="+keep)
	return cmd
}

// childFlags passes the package's own flags on, and of the testing package's those that the child needs.
func childFlags(test string) []string {
	var pattern []string
	for _, part := range strings.Split(test, "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(part)+"$")
	}
	args := []string{"-test.run=" + strings.Join(pattern, "/"), "-test.timeout=0"}
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "test.v" || f.Name == "test.short" || !strings.HasPrefix(f.Name, "test.") {
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	return args
}

// tempFile makes a file without a name in the suite's directory.
func tempFile(t *testing.T) *os.File {
	f, err := os.CreateTemp(suite.dir, "child-")
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(f.Name())
	return f
}
