package sandbox

import (
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
)

// A program is one that a script has started, and that testscript does not know of.
type program struct {
	cmd            *exec.Cmd
	stdout, stderr *os.File
}

// start starts a program with files for its output: whoever inherits a pipe from it could keep us waiting.
func (s *script) start(argv []string) (p *program, err error) {
	p = &program{cmd: s.command(argv)}
	if p.stdout, err = outputFile(); err != nil {
		return nil, err
	}
	if p.stderr, err = outputFile(); err != nil {
		return nil, err
	}
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	return p, p.cmd.Start()
}

// outputFile is a file without a name.
func outputFile() (*os.File, error) {
	f, err := os.CreateTemp("", "output-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// wait waits for the program itself, whoever else has its output open.
func (p *program) wait() (stdout, stderr string, err error) {
	err = p.cmd.Wait()
	return contents(p.stdout), contents(p.stderr), err
}

func contents(f *os.File) string {
	defer f.Close()
	data, _ := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	return string(data)
}

// show makes these texts what the commands stdout and stderr look at.
func (s *script) show(stdout, stderr string) {
	io.WriteString(s.Stdout(), stdout)
	io.WriteString(s.Stderr(), stderr)
}

// command finds a program as the script's PATH says, which need not be ours.
func (s *script) command(argv []string) *exec.Cmd {
	path := argv[0]
	if !strings.Contains(path, "/") {
		for dir := range strings.SplitSeq(s.Getenv("PATH"), ":") {
			if found, err := exec.LookPath(dir + "/" + argv[0]); err == nil {
				path = found
				break
			}
		}
	}
	return &exec.Cmd{Path: s.MkAbs(path), Args: argv, Dir: s.MkAbs("."), Env: s.environ()}
}

// environ is the script's environment as its env commands have left it, which testscript has no exported way to ask for.
func (s *script) environ() []string {
	list := reflect.ValueOf(s.TestScript).Elem().FieldByName("env")
	var env []string
	for i := range list.Len() {
		env = append(env, list.Index(i).String())
	}
	return append(env, "PWD="+s.MkAbs("."))
}
