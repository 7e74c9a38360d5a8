package ctrkit_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// A container is a command line of ctr-run.
type container struct {
	rootfs  string   // a directory to make, as it is given to --rootfs; "" for none
	options []string // further options
	prog    []string // how the container's shell is started; nil is no program at all, and a script on stdin
	args    []string // arguments for the shell's script
	program []string // a program in place of the shell
}

var (
	searched = []string{"busybox", "sh"}
	absolute = []string{"/bin/sh"}
)

var containers = map[string]container{
	"plain":      {prog: searched},
	"host name":  {options: []string{"--hostname", "box.example"}, prog: searched},
	"odd name":   {options: []string{"--hostname=-it's ö"}, prog: searched},
	"no program": {},
	"arguments":  {prog: absolute, args: []string{"", "a b", "it's", `"`, "$HOME `id` $(id)", "two\nlines\n", `\`, "--", "--print", "*", "日本"}},
	"rootfs":     {rootfs: "rootfs", prog: searched},
	"shell only": {rootfs: "rootfs"},
	"space":      {rootfs: "root fs ", prog: absolute},
	"quotes":     {rootfs: `it's "so" ` + "`x`", prog: absolute},
	"separators": {rootfs: "a,b:c=d;e", prog: absolute},
	"backslash":  {rootfs: `b\s\,\:$HOME *?[x]\`, prog: absolute},
	"lines":      {rootfs: "two\nlines", prog: absolute},
	"not UTF-8":  {rootfs: "\xff\xc3", prog: absolute, args: []string{"\xfe"}},
	"not ASCII":  {rootfs: "größe→日本", prog: absolute},
	"dash":       {rootfs: "-r", prog: absolute},
	"winding":    {rootfs: "./rel//../rel/fs/", prog: absolute},
	"link":       {rootfs: "link", prog: absolute},
	"below mnt":  {rootfs: "/mnt/rootfs", options: []string{"--hostname", "box"}, prog: absolute},
	"whole":      {rootfs: "/", prog: absolute},
	// A shell may change its signals before it looks at them, so this one is without.
	"signals":    {program: []string{"busybox", "grep", "-E", "^(Sig[BIC]|Shd|Umask|Groups|Cap)", "/proc/self/status"}},
	"everything": {rootfs: "root's, fs", options: []string{"--hostname", "box"}, prog: searched, args: []string{"a 'b'", "-c"}},
}

// TestPipeline takes the pipeline that ctr-run prints, pastes it into a shell, and looks for a difference: from inside, and
// in the calls that the container's process makes.
func TestPipeline(t *testing.T) {
	sandbox.Root(t)
	needs(t, "strace", "busybox")
	sandbox.Tools(t)
	for name, c := range containers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) {
				dir := c.prepare(t)
				fingerprint := readFile(t, "testdata/fingerprint.sh")
				inside := c.look(t, dir, c.directly(fingerprint), fingerprint)
				if err := difference(inside, c.look(t, dir, c.pipeline(t, dir, fingerprint), fingerprint)); err != nil {
					t.Errorf("from inside, the pipeline (+) differs from ctr-run (-):\n%v", err)
				}
				for _, want := range c.expected() {
					if !strings.Contains(strings.Join(inside, "\n"), want) {
						t.Errorf("from inside, there is no %q in\n%s", want, strings.Join(inside, "\n"))
					}
				}
				one, two := c.calls(t, dir, c.directly("exit 0")), c.calls(t, dir, c.pipeline(t, dir, "exit 0"))
				if err := sameCalls(one, two); err != nil || len(one) < 40 {
					t.Errorf("the pipeline (second) makes other calls than ctr-run, which makes %d:\n%v", len(one), err)
				}
			})
		})
	}
}

// TestPipelineMatters changes the pipeline in small ways, and wants each to be noticed from inside.
func TestPipelineMatters(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox")
	sandbox.Tools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		c := containers["everything"]
		dir := c.prepare(t)
		fingerprint := readFile(t, "testdata/fingerprint.sh")
		inside := c.look(t, dir, c.directly(fingerprint), fingerprint)
		good := c.pipeline(t, dir, fingerprint)
		for _, change := range [][2]string{
			{"--all", "--pid --mount --uts --net --ipc"},
			{"--all", "--pid --mount --uts --net --cgroup"},
			{"--hostname box", "--hostname fox"},
			{"--all", "--all --domainname other"},
			{"--scratch 512M", "--scratch 511M"},
			{"ufs-mount", "ufs-mount --lower /usr/share"},
			{"--sys", ""},
			{"--dev", ""},
			{"root-pivot", "nice -n 1 root-pivot"},
			{"root-pivot", "env A=b root-pivot"},
		} {
			bad := line{text: strings.Replace(good.text, change[0], change[1], 1)}
			if bad.text == good.text {
				t.Fatalf("there is no %s in %s", change[0], good.text)
			}
			if difference(inside, c.look(t, dir, bad, fingerprint)) == nil {
				t.Errorf("nobody notices %q in place of %q", change[1], change[0])
			}
		}
	})
}

// expected are samples of what is seen, to be sure that something is.
func (c *container) expected() []string {
	if c.program != nil {
		return []string{"SigBlk:\t0000000000000800", "0000001\nSigCgt:", "Umask:\t0027"}
	}
	return []string{"umask: 0027", "NSpid:\t1", "uts: of its own", "Max open files            256 ", " - proc proc "}
}

// prepare makes a directory to start the command line in.
func (c *container) prepare(t *sandbox.T) (dir string) {
	dir = t.TempDir()
	switch c.rootfs {
	case "", "/":
	case "link":
		makeRootfs(t, filepath.Join(dir, "elsewhere"))
		if err := os.Symlink("elsewhere", filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
	case "/mnt/rootfs":
		if err := unix.Mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Unmount("/mnt", unix.MNT_DETACH) })
		makeRootfs(t, c.rootfs)
	default:
		makeRootfs(t, filepath.Join(dir, c.rootfs))
	}
	return dir
}

// A line is what is typed into a shell: a text, and words that it calls "$@".
type line struct {
	text  string
	words []string
}

// words is the command line of ctr-run for a container whose shell runs a script.
func (c *container) words(script string) []string {
	words := append([]string{"ctr-run"}, c.options...)
	if c.rootfs != "" {
		words = append(words, "--rootfs="+c.rootfs)
	}
	switch {
	case c.program != nil:
		return append(append(words, "--"), c.program...)
	case c.prog == nil:
		return words
	}
	return slices.Concat(words, []string{"--"}, c.prog, []string{"-c", script, "name"}, c.args)
}

func (c *container) directly(script string) line { return line{`"$@"`, c.words(script)} }

// pipeline is what ctr-run --print prints.
func (c *container) pipeline(t *sandbox.T, dir, script string) line {
	t.Helper()
	words := c.words(script)
	return line{text: succeed(t, dir, slices.Insert(words, 1, "--print")...).stdout}
}

// surroundings are what a program inherits, and neither way to a container may change: none of it is as usual.
const surroundings = `umask 027; ulimit -Sn 256; ulimit -c 0; exec env --block-signal=USR2 --ignore-signal=HUP `

// shell is a shell that has read a line.
func shell(t *sandbox.T, dir, before string, l line, stdin string) *exec.Cmd {
	cmd := exec.Command("sh", append([]string{"-c", surroundings + before + l.text, "sh"}, l.words...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "PWD=" + dir, "ODD=two\nlines 'quoted'"}
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// look is what the container's shell sees.
func (c *container) look(t *sandbox.T, dir string, l line, fingerprint string) []string {
	t.Helper()
	cmd := shell(t, dir, "", l, fingerprint)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", l.text, l.words, err, end(stdout.String()), end(stderr.String()))
	}
	return normal(stdout.String() + "\n# stderr\n" + stderr.String())
}

// calls are those of the container's process from the first mount to the last execve, without the starts of tools.
func (c *container) calls(t *sandbox.T, dir string, l line) []*traced {
	t.Helper()
	log := filepath.Join(t.TempDir(), "trace")
	cmd := shell(t, dir, `strace -f -qq -s 65536 -o "$TRACE" -- `, l, "exit 0")
	cmd.Env = append(cmd.Env, "TRACE="+log)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", l.text, l.words, err, end(string(out)))
	}
	trace, err := parseTrace(readFile(t, log))
	if err != nil {
		t.Fatal(err)
	}
	calls := makerOf(trace, nil).calls
	calls = slices.DeleteFunc(calls, func(call *traced) bool {
		return strings.HasPrefix(call.name, "exec") && isTool(call) || opensTool(call)
	})
	return calls[max(0, slices.IndexFunc(calls, func(call *traced) bool { return call.name == "mount" })):]
}
