package ctrkit_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"ctrkit/internal/sandbox"
)

// A live container waits for the end of its input.
type live struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
}

func begin(t *sandbox.T, dir string, argv []string) *live {
	t.Helper()
	l := &live{cmd: exec.Command(argv[0], argv[1:]...)}
	l.cmd.Dir, l.cmd.Stderr = dir, &l.stderr
	stdout, err := l.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	l.stdout = bufio.NewReader(stdout)
	if l.stdin, err = l.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return l
}

// untilAlive waits for the program's word.
func (l *live) untilAlive(t *sandbox.T) {
	t.Helper()
	if said, err := l.stdout.ReadString('\n'); said != "alive\n" {
		l.cmd.Wait()
		t.Fatalf("the program says %q (%v): %s", said, err, l.stderr.String())
	}
}

// ends waits for the end of a program that has no more input.
func (l *live) ends(t *sandbox.T) {
	t.Helper()
	if err := l.cmd.Wait(); l.cmd.ProcessState.ExitCode() != 1 || l.stderr.Len() > 0 {
		t.Fatalf("the end of a container: %v, %s", err, l.stderr.String())
	}
}

// kilobytes is a sum over a process's memory.
func kilobytes(pid int, what string) int {
	for line := range strings.Lines(readText(fmt.Sprintf("/proc/%d/smaps_rollup", pid))) {
		var n int
		if _, err := fmt.Sscanf(line, what+": %d kB", &n); err == nil {
			return n
		}
	}
	return 0
}
