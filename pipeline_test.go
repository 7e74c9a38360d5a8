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
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/sandbox"
)

// A container is a command line of ctr-run.
type container struct {
	rootfs  string   // a directory to make, as it is given to --rootfs; "" for none
	options []string // further options
	prog    []string // how the container's shell is started; nil is no program at all, and a script on stdin
	args    []string // arguments for the shell's script
	program []string // a program in place of the shell
	limits  []string // what is seen of the limits, if that is not the one of processes that every container has
	asuser  string   // "asuser " if it is an ordinary user's
	looked  bool     // the calls are made by other processes, and only what is seen from inside is compared
}

var (
	searched = []string{"busybox", "sh"}
	absolute = []string{"/bin/sh"}
)

// ordinary makes what follows run as an ordinary user.
const ordinary = "asuser "

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
	"signals": {program: []string{"busybox", "grep", "-E", "^(Sig[BIC]|Shd|Umask|Groups|Cap)", "/proc/self/status"}},
	"memory":  {options: []string{"-m", "64M"}, prog: searched, limits: []string{": 67108864", "pids.max: 2048"}},
	"swap":    {options: []string{"--memory", "64M", "--memory-swap=96M"}, prog: searched, limits: []string{": 67108864"}},
	"processors": {
		options: []string{"--cpus", "1.5", "--cpu-weight=50", "--cpuset-cpus", "0"},
		rootfs:  "rootfs", prog: absolute, limits: []string{"150000", "cpuset.cpus: 0\n"},
	},
	"processes": {options: []string{"--pids-limit=60"}, rootfs: "rootfs", prog: searched, limits: []string{"pids.max: 60"}},
	"unlimited": {options: []string{"--pids-limit=-1"}, prog: searched, limits: []string{""}},
	"user": {
		options: []string{"--user", "1000:1001", "--group-add", "7", "--group-add=44"}, prog: searched,
		limits: []string{"Uid:\t1000", "Gid:\t1001", "Groups:\t7 44"}, // of its group it sees nothing, because of the mask
	},
	"capabilities": {
		options: []string{"--cap-add", "net_admin", "--cap-drop=CAP_CHOWN", "--security-opt", "no-new-privileges=false"},
		rootfs:  "rootfs", prog: absolute,
	},
	"profile":    {options: []string{"--security-opt", "seccomp=it's a profile"}, rootfs: "rootfs", prog: absolute},
	"unconfined": {options: []string{"--security-opt=seccomp=unconfined", "--cap-drop", "ALL"}, prog: searched},
	"settings":   {options: []string{"--sysctl", "net.ipv4.ip_forward=1", "--sysctl=kernel.msgmax=9999", "--ulimit", "fsize=1048576:2097152"}, prog: searched},
	"environment": {
		options: []string{"-e", "ODD=two\nlines", "--env=A=it's ö", "-e", "HOME=", "-e", "TERM=x", "--user", "1:1"}, rootfs: "rootfs", prog: searched,
		limits: []string{"two", "A=it's ö"},
	},
	"init":          {options: []string{"--init", "--user", "1000:1000"}, rootfs: "rootfs", prog: searched, limits: []string{"processes: /proc/1 /proc/2"}},
	"shared":        {options: []string{"--uts", "host", "--ipc=host"}, rootfs: "rootfs", prog: absolute},
	"shared pids":   {options: []string{"--pid=host"}, rootfs: "rootfs", program: []string{"busybox", "grep", "-E", "^(Sig[BIC]|Shd|Umask|Groups|Cap)", "/proc/self/status"}},
	"shared memory": {options: []string{"--shm-size", "3M"}, prog: searched},
	"ordinary":      {options: []string{"--pids-limit=-1"}, prog: searched, asuser: ordinary, limits: []string{"user: of its own"}},
	"ordinary root": {options: []string{"--pids-limit=-1", "--tmpfs", "/run"}, rootfs: "rootfs", prog: absolute, asuser: ordinary, limits: []string{"user: of its own"}},
	"ordinary host": {
		options: []string{"--pids-limit=-1", "--network", "host", "--ipc=host"}, prog: searched, asuser: ordinary,
		limits: []string{"user: of its own", "net: the host's"},
	},
	"ordinary and privileged": {options: []string{"--pids-limit=-1", "--privileged"}, rootfs: "rootfs", prog: absolute, asuser: ordinary, limits: []string{"user: of its own"}},
	"other users":             {options: []string{"--userns", "auto"}, rootfs: "rootfs", prog: absolute, looked: true, limits: []string{"user: of its own", "Uid:\t0"}},
	"other users of machine":  {options: []string{"--userns", "auto", "--user", "1000:1001", "--cap-drop", "ALL"}, prog: searched, looked: true, limits: []string{"user: of its own", "Gid:\t1001"}},
	"privileged":              {options: []string{"--privileged"}, rootfs: "rootfs", prog: absolute},
	"everything": {
		rootfs: "root's, fs", options: []string{"--hostname", "box", "-m", "64M", "--cpus=1.5", "--pids-limit=60"},
		prog: searched, args: []string{"a 'b'", "-c"}, limits: []string{": 67108864", "150000", "pids.max: 60"},
	},
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
				ownGroups(t)
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
				if c.looked {
					return
				}
				one, two := c.calls(t, dir, c.directly("exit 0")), c.calls(t, dir, c.pipeline(t, dir, "exit 0"))
				if err := one.differs(two); err != nil {
					t.Errorf("the pipeline (second) makes other calls than ctr-run: %v", err)
				}
				if len(one.inside) < 40 || (len(one.outside) > 0 && len(one.joins) > 0) != c.limited() {
					t.Errorf("ctr-run makes %d calls inside, %d outside, and %d to join", len(one.inside), len(one.outside), len(one.joins))
				}
				t.Logf("%d lines seen from inside, %d calls inside, %d outside, %d to join",
					len(inside), len(one.inside), len(one.outside), len(one.joins))
			})
		})
	}
}

// givesEnvironment is the last tool of a pipeline that asks for no privileges.
const givesEnvironment = "priv-drop --env=PATH=" + chain.UsualPath + " --env=HOSTNAME=box --env=HOME=/ --"

// TestPipelineMatters changes the pipeline in small ways, and wants each to be noticed from inside, and each change of the
// limits in the calls too.
func TestPipelineMatters(t *testing.T) {
	sandbox.Root(t)
	needs(t, "strace", "busybox")
	sandbox.Tools(t)
	sandbox.Run(t, func(t *sandbox.T) {
		ownGroups(t)
		c := containers["everything"]
		dir := c.prepare(t)
		fingerprint := readFile(t, "testdata/fingerprint.sh")
		inside := c.look(t, dir, c.directly(fingerprint), fingerprint)
		good := c.pipeline(t, dir, fingerprint)
		silent := c.pipeline(t, dir, "exit 0")
		made := c.calls(t, dir, silent)
		if err := made.differs(c.calls(t, dir, silent)); err != nil {
			t.Fatalf("the same pipeline makes other calls: %v", err)
		}
		for _, change := range [][2]string{
			{"--all", "--pid --mount --uts --net --ipc"},
			{"--all", "--pid --mount --uts --net --cgroup"},
			{"--hostname box", "--hostname fox"},
			{"--all", "--all --domainname other"},
			{"--scratch 512M", "--scratch 511M"},
			{"ufs-mount", "ufs-mount --lower /usr/share"},
			{"--sys ", ""},
			{"--dev", ""},
			{"'--sysctl=net", "--sysctl=net.ipv4.ip_forward=1 '--sysctl=net"},
			{"priv-drop", "priv-drop --cap-drop kill"},
			{"priv-drop", "priv-drop --seccomp off"},
			{"priv-drop", "priv-drop --new-privs"},
			{"priv-drop", "priv-drop --groups 7"},
			{givesEnvironment, ""},
			{"--env=HOSTNAME=box", "--env=HOSTNAME=fox"},
			{"--env=HOME=/", "--env=HOME=/ --env=A=b"},
			{"root-pivot", "nice -n 1 root-pivot"},
			{"--pids 60", "--pids 61"},
			{"--pids 60", ""},
			{"--memory 64M", "--memory 65M"},
			{"--cpus 1.5", "--cpus 1.4"},
			{"--cpus 1.5", "--cpus 1.5 --cpu-weight 99"},
			{"cg-limit --memory 64M --cpus 1.5 --pids 60 --", ""},
		} {
			bad := line{text: strings.Replace(good.text, change[0], change[1], 1)}
			if bad.text == good.text {
				t.Fatalf("there is no %s in %s", change[0], good.text)
			}
			if difference(inside, c.look(t, dir, bad, fingerprint)) == nil {
				t.Errorf("nobody notices %q in place of %q", change[1], change[0])
			}
			limits := strings.Contains("--pids 60 --memory 64M --cpus 1.5", change[0]) || strings.HasPrefix(change[0], "cg-limit")
			if limits && made.differs(c.calls(t, dir, line{text: strings.Replace(silent.text, change[0], change[1], 1)})) == nil {
				t.Errorf("%q in place of %q makes the same calls", change[1], change[0])
			}
		}
	})
}

// expected are samples of what is seen, to be sure that something is.
func (c *container) expected() []string {
	if c.program != nil {
		return []string{"SigBlk:\t0000000000000800", "0000001\nSigCgt:", "Umask:\t0027"}
	}
	limits := c.limits
	if limits == nil {
		limits = []string{"pids.max: 2048"}
	}
	pid, uts := "NSpid:\t1", "uts: of its own"
	if slices.Contains(c.options, "--init") {
		pid = "NSpid:\t2"
	}
	if slices.Contains(c.options, "--uts") {
		uts = "uts: the host's"
	}
	return append(limits, "umask: 0027", pid, uts, "Max open files            256 ", " - proc proc ")
}

// prepare makes a directory to start the command line in.
func (c *container) prepare(t *sandbox.T) (dir string) {
	dir = t.TempDir()
	if c.looked {
		grantIDs(t, "containers:100000:65536\n")
	}
	profile := `{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["sysinfo"], "action": "SCMP_ACT_ERRNO"}]}`
	if err := os.WriteFile(filepath.Join(dir, "it's a profile"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
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

// grantIDs makes both files say to whom subordinate ids belong.
func grantIDs(t *sandbox.T, text string) {
	t.Helper()
	grants := filepath.Join(t.TempDir(), "grants")
	if err := os.WriteFile(grants, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"/etc/subuid", "/etc/subgid"} {
		if err := unix.Mount(grants, file, "", unix.MS_BIND, ""); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Unmount(file, unix.MNT_DETACH) })
	}
}

// A line is what is typed into a shell: a text, and words that it calls "$@".
type line struct {
	text  string
	words []string
}

// words is the command line of ctr-run for a container whose shell runs a script. A network is compared by what is seen
// of it, in a script: it is made from outside in the one case, and from inside in the other.
func (c *container) words(script string) []string {
	words := append([]string{"ctr-run", "--network", "none"}, c.options...)
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
	words = slices.Insert(words, 1, "--print")
	return line{text: succeed(t, dir, append(strings.Fields(c.asuser), words...)...).stdout}
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
	cmd := shell(t, dir, c.asuser, l, fingerprint)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", l.text, l.words, err, end(stdout.String()), end(stderr.String()))
	}
	// What an ordinary user goes without ctr-run tells, because it has found that out by itself.
	said := ordinaryHint.ReplaceAllString(stderr.String(), "")
	return normal(stdout.String() + "\n# stderr\n" + said)
}

var ordinaryHint = regexp.MustCompile(`(?m)^ctr-run: hint: with (one user id|the machine's files): .*\n`)

// limited reports whether the container has limits. Without a word it has one.
func (c *container) limited() bool { return !slices.Contains(c.options, "--pids-limit=-1") }

// A labour is the calls that make a container, by who makes them.
type labour struct {
	inside  []*traced // by the container's process from the first mount to the last execve
	outside []*traced // by the first tool, to the container's control group
	joins   []*traced // by whoever joins that
	others  []*traced // by anybody else
}

// differs compares two ways to make a container. The limits are written before the process is there or after it is
// complete, but the same ones in the same order.
func (m *labour) differs(n *labour) error {
	for _, pair := range [][2][]*traced{{m.inside, n.inside}, {m.outside, n.outside}, {m.joins, n.joins}, {m.others, n.others}} {
		if err := sameCalls(pair[0], pair[1]); err != nil {
			return err
		}
	}
	return nil
}

// calls are those of a command line, without the starts of tools and children, what a tool needs to hold a child, and the
// call that does nothing while work is done outside.
func (c *container) calls(t *sandbox.T, dir string, l line) *labour {
	t.Helper()
	log := filepath.Join(t.TempDir(), "trace")
	if err := os.WriteFile(log, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(log, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := shell(t, dir, c.asuser+`strace -f -qq -s 65536 -o "$TRACE" -- `, l, "exit 0")
	cmd.Env = append(cmd.Env, "TRACE="+log)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", l.text, l.words, err, end(string(out)))
	}
	trace, err := parseTrace(readFile(t, log))
	if err != nil {
		t.Fatal(err)
	}
	return labourOf(trace[0].tid, makerOf(trace, nil).calls)
}

func labourOf(first int, calls []*traced) *labour {
	m := &labour{}
	runs := func(call *traced) bool { return strings.HasPrefix(call.name, "exec") }
	mounted := false
	container, init := 0, 0
	for _, call := range calls {
		if runs(call) && call.result == "0" {
			container = call.tid
		}
		if call.name == "clone3" && !strings.Contains(call.args[0], "CLONE_") {
			init = call.tid // it began the work of the container's process
		}
	}
	inside := func(call *traced) bool { return call.tid == container || call.tid == init }
	for i, call := range calls {
		mounted = mounted || inside(call) && call.name == "mount"
		if group := bornIn.FindString(strings.Join(call.args, " ")); call.name == "clone3" && group != "" {
			m.joins = append(m.joins, &traced{tid: call.tid, name: "clone3", args: []string{group}})
		}
		// Of resource limits a Go program sets one for itself, and those of the container are seen from inside.
		quiet := call.name == "getpid" || call.name == "prlimit64" || call.name == "write" && call.args[1] == "&alive"
		switch {
		case runs(call) && isTool(call) || opensTool(call) || quiet:
		case ofGroup(calls[:i], call) && call.tid == first:
			m.outside = append(m.outside, call)
		case ofGroup(calls[:i], call):
			m.joins = append(m.joins, call)
		case inside(call) && mounted:
			m.inside = append(m.inside, call)
		case inside(call), call.name == "clone3", call.name == "prctl":
		default:
			m.others = append(m.others, call)
		}
	}
	return m
}

// bornIn is how a child comes into a group of version 2.
var bornIn = regexp.MustCompile(`\bcgroup="[^"]*"`)

// ofGroup reports whether a call is about a control group: by a path, or by a descriptor from an earlier call.
func ofGroup(calls []*traced, call *traced) bool {
	for _, arg := range call.args {
		if strings.HasPrefix(unescaped(arg), groupFiles) {
			return true
		}
	}
	if !using[call.name] {
		return false
	}
	from := returned(calls, call.tid, call.args[0])
	return from >= 0 && calls[from].tid == call.tid && ofGroup(nil, calls[from])
}
