//go:build world

package ctrkit_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// A dialogue is what somebody types at a terminal, and what must be seen there then. ^C and its kind are typed as characters.
type dialogue []struct{ typed, seen string }

// jobs is a shell with job control: programs go on behind it, are stopped, brought back, and interrupted.
var jobs = dialogue{
	{"PS1='rea''dy> '; set -b\n", `ready> $`},
	{"tty; test -t 0 && test -t 1 && echo on a terminal\n", `/dev/pts/\d+\s+on a terminal\s+ready> $`},
	{"set -o | grep monitor\n", `monitor\s+on\s+ready> $`},
	{"sleep 1000 &\n", `\[1\] \d+\s+ready> $`},
	{"jobs\n", `\[1\]\+\s+Running\s+sleep 1000 &\s+ready> $`},
	{"fg\n", `fg\s+sleep 1000\s+$`},
	{"\x1a", `\[1\]\+\s+Stopped\s+sleep 1000\s+ready> $`},
	{"bg\n", `\[1\]\+ sleep 1000 &\s+ready> $`},
	{"jobs -r\n", `Running\s+sleep 1000 &\s+ready> $`},
	{"fg %sleep\n", `fg %sleep\s+sleep 1000\s+$`},
	{"\x03", `\^C\s+ready> $`},
	{"echo status $?\n", `status 130\s+ready> $`},
	{"cat >file\n", `cat >file\s+$`},
	{"typed\n\x04", `ready> $`},
	{"cat file\n", `typed\s+ready> $`},
	{"sleep 1000 | cat | cat\n", `sleep 1000 \| cat \| cat\s+$`},
	{"\x1a", `\[1\]\+\s+Stopped\s+sleep 1000 \| cat \| cat\s+ready> $`},
	{"kill %1; fg >/dev/null; echo status $?\n", `Terminated.*status 143.*ready> $|status \d+\s+ready> $`},
	{"wait; jobs; ls -d /proc/[0-9]* | wc -l\n", `\s[1-5]\s+ready> $`},
	{"stty size\n", `24 80\s+ready> $`},
}

// TestWorldTerminal sits at a terminal of the machine, runs an interactive bash in a container, and types.
func TestWorldTerminal(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	sandbox.Run(t, func(t *sandbox.T) {
		root := filepath.Join(t.TempDir(), "root")
		succeed(t, here, "ufs-apply", "--devices", "--onto", root, "bin/.debian.tar")
		s := sit(t, atTerminal(t, root)...)
		for _, line := range jobs {
			s.types(line.typed, line.seen)
		}
		// Who makes the window larger tells the terminal, which tells the programs.
		if err := pty.Setsize(s.terminal, &pty.Winsize{Rows: 50, Cols: 132}); err != nil {
			t.Fatal(err)
		}
		s.types("until [ \"$(stty size)\" = '50 132' ]; do sleep 0.1; done; stty size\n", `50 132\s+ready> $`)
		s.types("exit 7\n", `exit\s+$`)
		s.cmd.Wait()
		if status := s.cmd.ProcessState.ExitCode(); status != 7 {
			t.Errorf("exit status %d, and bash has ended with 7:\n%s", status, end(s.seen.String()))
		}
		if after := settings(t, s.terminal); after != s.before {
			t.Errorf("the terminal is not as it was: %+v, and before %+v", after, s.before)
		}
	})
}

// atTerminal is the command line of a shell at a terminal of the container's own: ctr-run's, or one that script(1) makes.
func atTerminal(t *sandbox.T, root string) []string {
	if strings.Contains(succeed(t, "/", "ctr-run", "--help").stdout, "--tty") {
		return []string{"ctr-run", "-i", "-t", "--rootfs", root, "--", "bash", "--norc", "--noediting"}
	}
	return []string{"ctr-run", "--rootfs", root, "--", "script", "--quiet", "--return", "--command", "bash --norc --noediting", "/dev/null"}
}

// A seat is a place in front of a terminal.
type seat struct {
	*sandbox.T
	cmd      *exec.Cmd
	terminal *os.File
	before   unix.Termios
	seen     bytes.Buffer
	read     int // so much of it has been looked at
	more     chan []byte
}

// sit starts a program at a new terminal.
func sit(t *sandbox.T, argv ...string) *seat {
	t.Helper()
	s := &seat{T: t, cmd: exec.Command(argv[0], argv[1:]...), more: make(chan []byte)}
	terminal, other, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	// It stays open here, or the settings of the terminal would go with the last program.
	t.Cleanup(func() { terminal.Close(); other.Close() })
	s.terminal = terminal
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s.before = settings(t, terminal)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = other, other, other
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	go s.reads()
	return s
}

// reads reads what appears, until there is no terminal any more.
func (s *seat) reads() {
	for {
		part := make([]byte, 4096)
		n, err := s.terminal.Read(part)
		if err != nil {
			close(s.more)
			return
		}
		s.more <- part[:n]
	}
}

// types types, and waits until what has appeared since looks as it should. What interrupts is typed again, as people do: the
// first time the program may not have had the terminal yet.
func (s *seat) types(text, want string) {
	s.Helper()
	if _, err := s.terminal.WriteString(text); err != nil {
		s.Fatal(err)
	}
	pattern, timeout := regexp.MustCompile("(?s)"+want), time.After(patience)
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	for !pattern.Match(s.seen.Bytes()[s.read:]) {
		select {
		case part := <-s.more:
			s.seen.Write(part)
		case <-again.C:
			if text == "\x03" || text == "\x1a" {
				s.terminal.WriteString(text)
			}
		case <-timeout:
			s.Fatalf("typed %q, and there is no %q in\n%s", text, want, s.seen.Bytes()[s.read:])
		}
	}
	s.read = s.seen.Len()
}

// settings are those of a terminal.
func settings(t *sandbox.T, terminal *os.File) unix.Termios {
	t.Helper()
	settings, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *settings
}
