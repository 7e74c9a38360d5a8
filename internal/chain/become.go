package chain

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// Tools are the names that mean our own programs when they are next in a chain.
var Tools = []string{
	"ns-unshare", "ns-enter", "cg-limit", "cg-stat", "ufs-mount", "ufs-diff", "ufs-apply", "root-pivot",
	"veth-link", "nat-publish", "priv-drop", "ctr-run", "ctr-ps", "ctr-doctor", "ctr-lab",
}

// program is what a process is about to become.
type program struct {
	argv   []string
	holder string      // the name of the tool that becomes it
	tool   string      // the path of the next of our tools, "" for any other program
	root   Root        // where the name has a meaning
	copy   int         // or a sealed copy of it
	fd     recipe.Slot // the tool, opened before the root changed
	env    []string    // its environment
	own    bool        // that is not ours
}

// find says what comes next. One of our tools is taken from the directory that
// this one was started from, so that a chain never mixes two installations.
func find(step Step) *program {
	argv, root := step.Program()
	p := &program{argv: argv, holder: step.Name(), root: root}
	if len(argv) > 0 && slices.Contains(Tools, argv[0]) {
		p.tool = Sibling(argv[0])
	}
	return p
}

// Sibling is the path of one of our tools beside this one, or "".
func Sibling(tool string) string {
	home, told := os.LookupEnv(homeVariable)
	if home == "" && told {
		return "" // there may be somebody else's file under that name
	}
	if home == "" {
		self, err := os.Executable()
		if err != nil {
			return ""
		}
		home = filepath.Dir(self)
	}
	path := filepath.Join(home, tool)
	if unix.Access(path, unix.X_OK) != nil {
		return ""
	}
	return path
}

// check wants a program.
func (p *program) check() error {
	switch {
	case len(p.argv) == 0:
		return &Hinted{Err: errors.New("run: no program is given"), Hint: "add -- PROG, such as -- sh"}
	case p.argv[0] == "":
		return &NotRun{Prog: `""`, Status: StatusNotFound, Cause: "it has no name"}
	}
	return nil
}

// open records that the next tool is opened, where it would be out of reach later,
// or copied, where its file must not be reached.
func (p *program) open(r *recipe.Recipe, step Step) (err error) {
	switch {
	case p.tool == "":
	case isSealed(step):
		p.copy, err = sealedCopy(r, p.tool)
	case p.root == NewRoot:
		// In the new root the next tool's file may not exist, so it is opened while
		// it can be reached.
		p.fd = r.Openat(p.tool, unix.O_PATH|unix.O_CLOEXEC, "tool")
	}
	return err
}

// become records the call that replaces this process by the program.
func (p *program) become(r *recipe.Recipe, step Step) {
	p.env, p.own = environ(step)
	switch {
	case p.copy != 0:
		// The copy of the next tool is run, and not its file.
		r.ExecveatFd(p.copy, p.argv, p.moved())
	case p.tool != "" && p.root == NewRoot:
		// A program that is open can be run wherever its path has gone.
		r.Execveat(p.fd, p.argv, p.moved())
	case p.tool != "":
		// The process becomes the next tool, which inherits what was changed so far.
		r.Execve(p.tool, p.argv, p.ours())
	case strings.Contains(p.argv[0], "/"):
		//doc:become
		// The process becomes the program: same pid, same namespaces, new code.
		p.noted(r.Execve(p.argv[0], p.argv, p.foreign()))
	default:
		p.search(r)
	}
}

// noted tells what the program's environment is, if it is not ours.
func (p *program) noted(l *recipe.Line) *recipe.Line {
	if p.own {
		l.Noting(p.names)
	}
	return l
}

// UsualPath is where programs are looked for if nobody says where.
const UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// search records one execve for every directory of $PATH: that of the program, if it has an
// environment of its own.
func (p *program) search(r *recipe.Recipe) {
	path, ok := variable(p.env, "PATH")
	if !ok {
		path = UsualPath
	}
	dirs := strings.Split(path, ":")
	// The name has no directory, so it is tried in each one of $PATH until it can be
	// run. Looking for it beforehand would be looking in another root, or as another user.
	for i, dir := range dirs {
		attempt := p.noted(r.Execve(cmp.Or(dir, ".")+"/"+p.argv[0], p.argv, p.foreign()))
		if i < len(dirs)-1 {
			attempt.Tolerate(recipe.NotThere...)
		}
	}
}

// dryRun tells of the recipe. A tool that comes next is really run, for it
// changes nothing either and only it knows what it would do.
func (p *program) dryRun(r *recipe.Recipe) error {
	if err := r.DryRun(); err != nil || p.tool == "" {
		return err
	}
	return syscall.Exec(p.tool, p.argv, os.Environ())
}
