package doctest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A shell is one that is given its commands one at a time.
type shell struct {
	cmd    *exec.Cmd
	dir    string
	output *os.File // a file: what a command has printed is there when its status is, whoever else has it open
	seen   int64    // how much of the output belongs to earlier commands
	begin  *os.File // takes the status of the command before
	status *os.File
	last   int
}

// driver is what the shell runs. Its own input and descriptors are those of the commands, so it is told by named pipes
// when to read the next one; that is read by the shell itself, to let it change the variables and the directory.
const driver = `
while read -r status <%[1]s/begin; do
	(exit $status)
	. %[1]s/command
	echo $? >%[1]s/status
done
`

// startShell starts a shell in a new directory below dir.
func startShell(dir string) (*shell, error) {
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o755); err != nil {
		return nil, err
	}
	script := filepath.Join(dir, "driver")
	if err := os.WriteFile(script, fmt.Appendf(nil, driver, dir), 0o644); err != nil {
		return nil, err
	}
	sh := &shell{dir: dir, cmd: exec.Command("sh", script)}
	if err := sh.open(); err != nil {
		return nil, err
	}
	sh.cmd.Dir = home
	sh.cmd.Env = environment(home)
	sh.cmd.Stdout, sh.cmd.Stderr = sh.output, sh.output
	if err := sh.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		sh.cmd.Wait()
		// Whoever waits for a status gets to know that there will be none.
		sh.status.Close()
	}()
	return sh, nil
}

// open makes what lies between the shell and us. We open both ends of a pipe, so the shell may come and go.
func (sh *shell) open() (err error) {
	for name, f := range map[string]**os.File{"begin": &sh.begin, "status": &sh.status} {
		path := filepath.Join(sh.dir, name)
		if err := unix.Mkfifo(path, 0o600); err != nil {
			return err
		}
		if *f, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
			return err
		}
	}
	sh.output, err = os.OpenFile(filepath.Join(sh.dir, "output"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	return err
}

// environment is the same for everyone who reads along.
func environment(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.Getenv("TMPDIR"), "HOME=" + home, "PWD=" + home,
		"USER=root", "LC_ALL=C", "TZ=UTC", "TERM=dumb", "NO_COLOR=1",
	}
}

// run runs a command and returns the lines it printed.
func (sh *shell) run(command string) (lines []string, status int, err error) {
	if err := os.WriteFile(filepath.Join(sh.dir, "command"), []byte(command), 0o644); err != nil {
		return nil, 0, err
	}
	// The command may ask for the status of the one before.
	fmt.Fprintln(sh.begin, sh.last)
	answer, err := bufio.NewReader(sh.status).ReadString('\n')
	printed, _ := io.ReadAll(io.NewSectionReader(sh.output, sh.seen, 1<<30))
	sh.seen += int64(len(printed))
	if text := strings.TrimRight(string(printed), "\n"); text != "" {
		lines = strings.Split(text, "\n")
	}
	if err != nil {
		return lines, 0, fmt.Errorf("the shell ended: %w", err)
	}
	sh.last, err = strconv.Atoi(strings.TrimSpace(answer))
	return lines, sh.last, err
}

// stop ends the shell. Whatever its commands have left behind is for the sandbox to find.
func (sh *shell) stop() {
	sh.cmd.Process.Kill()
	sh.begin.Close()
	sh.output.Close()
}
