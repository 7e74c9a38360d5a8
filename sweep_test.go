package ctrkit_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// alive is what a program does that is not to be run: it leaves a mark, and lives a moment.
var alive = []string{"-c", "echo alive; sleep 0.05"}

// swept are command lines every line of which fails once, and kills once.
var swept = map[string][]string{
	"unshare": append(strings.Fields("ns-unshare --all --mount-proc --hostname box --domainname d --wd / -- sh"), alive...),
	"in place": append(strings.Fields("ns-unshare --mount --uts --net -- ufs-mount --lower a --lower rootfs --scratch 1M tree -- "+
		"root-pivot --proc --sys --dev tree -- /bin/sh"), alive...),
	"in a child": append(strings.Fields("ns-unshare --all --hostname box -- ufs-mount --lower a --lower rootfs --scratch 1M tree -- "+
		"root-pivot --proc --sys --dev tree -- sh"), alive...),
	"users":  append(strings.Fields("ns-unshare --map-root-user --all --mount-proc --hostname box --with true -- sh"), alive...),
	"ids":    append(strings.Fields("ns-unshare --map-users 0:0:10 --map-groups 0:0:10 --uts --setuid 5 --setgid 6 -- sh"), alive...),
	"clocks": append(strings.Fields("ns-unshare --all --user --boottime 5 --monotonic 7 --hostname box -- sh"), alive...),
	"counted": append(strings.Fields("cg-limit --memory 64M --swap 0 --cpus 0.5 --cpuset-cpus 0 --pids 20 "+
		"--report --report-to /dev/null -- sh"), alive...),
	"group":      append(strings.Fields("cg-limit --memory 64M --cpus 0.5 --pids 50 -- sh"), alive...),
	"in group":   append(strings.Fields("cg-limit --pids 50 -- ns-unshare --all --hostname box -- sh"), alive...),
	"limits":     append(strings.Fields("ctr-run --network none -m 64M --cpus 0.5 --pids-limit 50 --rootfs rootfs -- sh"), alive...),
	"privileges": append(strings.Fields("priv-drop --caps all --cap-drop sys_time --ambient kill --user 1000:1001 --groups 7 --rlimit core=0 -- sh"), alive...),
	"machine":    append(strings.Fields("ctr-run --network none -- /bin/sh"), alive...),
	"dropped": append(strings.Fields("ctr-run --network none --user 1000:1001 --group-add 7 --ulimit core=0 --sysctl kernel.msgmax=9999 --security-opt no-new-privileges=false "+
		"--privileged --pids-limit 50 --rootfs rootfs -- sh"), alive...),
	"ordinary":         append(strings.Fields("asuser ctr-run --network none --pids-limit=-1 --rootfs rootfs -- /bin/sh"), alive...),
	"users of its own": append(strings.Fields("ctr-run --userns auto --network none --hostname box --pids-limit 50 --rootfs rootfs -- sh"), alive...),
	"rootfs":           append(strings.Fields("ctr-run --network none --hostname box --rootfs rootfs -- /bin/sh"), alive...),
	"furnished": append(strings.Fields("ns-unshare --mount -- ufs-mount --lower rootfs --scratch 1M tree -- root-pivot --proc --no-default-masks --bind a:/data/x:ro "+
		"--file /etc/hosts=x --mask /etc/hosts --tmpfs /run --readonly-path /bin --wd /srv --readonly tree -- sh"), alive...),
	"network": append(strings.Fields("nat-publish --bridge ctr0 --subnet 10.88.0.0/24 --to 10.88.0.5 -p 8080:80 -p 53:53/udp "+
		"-p 127.0.0.1:81:80 -- ns-unshare --uts -- sh"), alive...),
}

// errnos are those with which each line fails.
var errnos = []unix.Errno{unix.EPERM, unix.ENOSPC, unix.EMFILE, unix.ENOMEM, unix.EINTR, unix.EAGAIN, unix.ENOENT}

// TestSweep lets every line of every tool fail, kills the tool that is about to make it, and kills the child in which it is
// about to be made. Whatever happens, nothing is left and the program has not run.
func TestSweep(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox")
	sandbox.Tools(t)
	faultyTools(t)
	for name, argv := range swept {
		parts := 1
		if slices.Contains(argv, "ctr-run") {
			parts = 3 // it has hundreds of lines
		}
		for part := range parts {
			t.Run(fmt.Sprintf("%s %d", name, part), func(t *testing.T) {
				t.Parallel()
				sandbox.Run(t, func(t *sandbox.T) {
					ownGroups(t)
					isRouter(t)
					if slices.Contains(argv, "auto") {
						grantIDs(t, "containers:100000:65536\n")
					}
					s := newSweep(t, argv)
					// Of the containers, which have most lines in common, one fails in every way.
					s.part, s.parts, s.quick = part, parts, parts > 1 && name != "rootfs"
					s.all()
				})
			})
		}
	}
}

// isRouter makes the sandbox a router beforehand: to become one by oneself is said on standard error, and stays.
func isRouter(t *sandbox.T) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0); err != nil {
		t.Fatal(err)
	}
}

// faultyTools builds the tools so that their lines can be made to fail, and returns where they are.
func faultyTools(t testing.TB) string {
	t.Helper()
	tool, err := exec.LookPath("ctr-run")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(filepath.Dir(tool), "fault")
	// They are there already in a sandbox, and in a place that has no compiler.
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	needs(t, "go")
	build := exec.Command("go", "build", "-tags", "fault", "-trimpath", "-o", dir+"/", "./cmd/...")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", build, err, out)
	}
	return dir
}

// A sweep goes through the lines of one command line.
type sweep struct {
	*sandbox.T
	argv   []string
	tools  string // where they are
	dir    string // where it is started, and what must stay as it is
	notes  string // the directory of the log and the output
	before snapshot
	files  []*os.File // what it inherits, beside its output
	itself string     // the point at which the tool becomes a copy of itself, which is no program that it runs
	fired  int
	groups int    // how many runs were killed so that a group was left
	tidy   func() // removes what a run that did not fail may leave, because it was told to
	stays  bool   // what tidy removes stays after a failure too, because it is not ours alone
	quick  bool   // each line fails with one error, and the next line with the next one
	user   uint32 // who starts it
	parts  int    // it is done by so many, each of which takes some of the child's lines
	part   int    // and which one this is
}

func newSweep(t *sandbox.T, argv []string) *sweep {
	s := &sweep{T: t, argv: argv, parts: 1, tools: faultyTools(t), dir: layersAndRootfs(t), notes: t.TempDir()}
	if argv[0] == "asuser" {
		s.argv, s.user = argv[1:], 1000
		if err := os.Chmod(s.notes, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	s.before = takeSnapshot(s.watched()...)
	return s
}

func (s *sweep) watched() []string { return []string{s.dir, "/mnt", "/tmp"} }

// all sweeps, and counts: a point that did not fire has proved nothing.
func (s *sweep) all() {
	whole := s.once("")
	if whole.status != 0 || whole.stdout != "alive\n" || whole.stderr != "" || len(whole.recipes) == 0 {
		s.Fatalf("without a fault: %+v", whole)
	}
	want := 0
	for _, recipe := range whole.recipes {
		cloned := false
		for line := range recipe.lines {
			if cloned && line%s.parts != s.part {
				continue
			}
			point := fmt.Sprintf("%s:%d:", recipe.tool, line)
			call := ""
			failures := errnos
			if s.quick {
				failures = errnos[line%len(errnos):][:1]
			}
			for _, errno := range failures {
				call = s.fails(s.called(recipe.tool), point, errno)
			}
			s.dies(point + "kill")
			want += len(failures) + 1
			// A process that only brings a user namespace into being has done so, or is missed.
			if cloned && recipe.tool != "userns" {
				s.dies(point + "kill-child")
				want++
			}
			cloned = cloned || call == "clone3"
		}
	}
	s.Logf("%v: %d points fired, and %d of them left an empty group", whole.recipes, s.fired, s.groups)
	if s.fired != want {
		s.Errorf("%d points fired, and there are %d", s.fired, want)
	}
	if s.user != 0 {
		return // it has no group
	}
	if limited := slices.Contains(s.argv, "cg-limit") || s.argv[0] == "ctr-run"; s.tidy == nil && limited != (s.groups > 0) {
		s.Errorf("%d runs that were killed have left a group", s.groups)
	}
}

// called is the tool that speaks of a recipe: one makes a user namespace by a recipe of its own.
func (s *sweep) called(tool string) string {
	if tool == "userns" {
		return s.argv[0]
	}
	return tool
}

// fails lets one line fail, and returns the name of its call.
func (s *sweep) fails(tool, point string, errno unix.Errno) (call string) {
	fault := point + strconv.Itoa(int(errno))
	r := s.once(fault)
	want := 125
	if strings.HasPrefix(r.call, "execve") && point != s.itself {
		want = 126
		if errno == unix.ENOENT {
			want = 127
		}
	}
	oneError := regexp.MustCompile(`^` + tool + `: error: (.*)\n(` + tool + `: hint: .*\n)?$`).FindStringSubmatch(r.stderr)
	switch {
	case r.status != want:
		s.Errorf("%s, %s: exit status %d, not %d", fault, r.call, r.status, want)
	case oneError == nil || want == 125 && !strings.HasSuffix(oneError[1], ": "+errno.Error()):
		s.Errorf("%s, %s: this is not one line about an error:\n%s", fault, r.call, r.stderr)
	}
	return r.call
}

// dies kills the tool or its child at one line.
func (s *sweep) dies(fault string) {
	if r := s.once(fault); r.status != 128+int(unix.SIGKILL) || r.stderr != "" {
		s.Errorf("%s, %s: exit status %d, and it says %q", fault, r.call, r.status, r.stderr)
	}
}

// A result is what happened in one run of the command line.
type result struct {
	outcome
	recipes []recipeSize
	call    string // at which the fault fired
}

type recipeSize struct {
	tool  string
	lines int
}

// once runs the command line with one fault, and wants that it fires, that the program is not run, and that nothing is left.
// Only a tool that is killed itself may leave a group, with nobody in it.
func (s *sweep) once(fault string) (r result) {
	s.Helper()
	log := filepath.Join(s.notes, "log")
	os.Remove(log)
	r.outcome = s.run("CTRKIT_FAULT="+fault, "CTRKIT_FAULT_LOG="+log)
	if s.user != 0 {
		r.stderr = ordinaryHint.ReplaceAllString(r.stderr, "")
	}
	for line := range strings.Lines(readText(log)) {
		var size recipeSize
		if n, _ := fmt.Sscanf(line, "lines %s %d", &size.tool, &size.lines); n == 2 {
			r.recipes = append(r.recipes, size)
		}
		var point recipeSize
		if n, _ := fmt.Sscanf(line, "fired %s %d %s", &point.tool, &point.lines, &r.call); n == 3 {
			s.fired++
			if !strings.HasPrefix(fault, fmt.Sprintf("%s:%d:", point.tool, point.lines)) {
				s.Errorf("%s: what fired is %s", fault, line)
			}
		}
	}
	if s.tidy != nil && (s.stays || fault == "" || strings.Contains(fault, ":kill")) {
		s.tidy()
	}
	left := s.before.left
	if strings.HasSuffix(fault, ":kill") {
		left = s.before.leftByKill
	}
	for _, difference := range left(s.watched()...) {
		s.Errorf("%s, %s: %s", fault, r.call, difference)
	}
	s.collected(fault)
	if fault != "" && (r.call == "" || r.stdout != "") {
		s.Errorf("%s fired at %q, and the program said %q", fault, r.call, r.stdout)
	}
	if s.Failed() {
		s.FailNow() // what is left now would be in the way of everything that follows
	}
	return r
}

// collected wants that the next run removes the group that is left. In several hierarchies it is one, under one name.
func (s *sweep) collected(fault string) {
	s.Helper()
	left := groups()
	if len(left) == 0 {
		return
	}
	s.groups++
	for _, group := range left {
		if !randomName.MatchString(filepath.Base(group)) || filepath.Base(group) != filepath.Base(left[0]) {
			s.Errorf("%s: what is left is not one group: %q", fault, left)
		}
	}
	options := strings.Fields("cg-limit --memory 1G --cpus 1 --pids 100 --")
	if s.argv[0] == "cg-limit" {
		options = s.argv[:1+slices.Index(s.argv, "--")]
	}
	next := exec.Command(filepath.Join(s.tools, options[0]), append(slices.Clone(options[1:]), "true")...)
	if out, err := next.CombinedOutput(); err != nil || len(out) > 0 {
		s.Errorf("%s: the next run: %v\n%s", fault, err, out)
	}
	for _, difference := range s.before.left(s.watched()...) {
		s.Errorf("%s: after the next run: %s", fault, difference)
	}
}

// run starts the command line and waits for its end.
func (s *sweep) run(env ...string) outcome {
	s.Helper()
	cmd := s.start(env...)
	cmd.Wait()
	return s.outcome(cmd)
}

// start starts the command line with files for its output, so that a process that is left over does not keep us waiting. The
// last directory of the path is the one with a shell: so every attempt to run it is made.
func (s *sweep) start(env ...string) *exec.Cmd {
	s.Helper()
	cmd := exec.Command(filepath.Join(s.tools, s.argv[0]), s.argv[1:]...)
	cmd.Dir = s.dir
	if s.user != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: s.user, Gid: s.user}}
	}
	cmd.Env = append(env, "PATH="+s.tools+":/bin")
	stdout, err := os.Create(s.output("stdout"))
	if err != nil {
		s.Fatal(err)
	}
	defer stdout.Close()
	stderr, err := os.Create(s.output("stderr"))
	if err != nil {
		s.Fatal(err)
	}
	defer stderr.Close()
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = stdout, stderr, s.files
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	return cmd
}

func (s *sweep) output(name string) string { return filepath.Join(s.notes, name) }

// outcome is that of a command line that has ended.
func (s *sweep) outcome(cmd *exec.Cmd) outcome {
	out := outcome{readText(s.output("stdout")), readText(s.output("stderr")), cmd.ProcessState.ExitCode()}
	if wait := cmd.ProcessState.Sys().(syscall.WaitStatus); wait.Signaled() {
		out.status = 128 + int(wait.Signal())
	}
	return out
}
