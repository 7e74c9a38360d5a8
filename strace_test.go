package ctrkit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctrkit/internal/chain"
	"ctrkit/internal/sandbox"
)

// narrated are the command lines whose narration is compared with what strace sees. They are started in a directory with
// the layers a and b and the directories tree and rootfs, the last of which has a shell in it.
var narrated = map[string][]string{
	"child":             {"ns-unshare", "--pid", "--mount", "--uts", "--hostname", "box", "--", "true"},
	"in place":          {"ns-unshare", "--uts", "--mount", "--net", "--", "true"},
	"all":               {"ns-unshare", "--all", "--mount-proc", "--hostname", `b"ö, x`, "--domainname", "d.example", "--wd", "/usr", "--", "/bin/true"},
	"slave":             {"ns-unshare", "--mount", "--propagation", "slave", "--kill-child=TERM", "--", "true"},
	"three":             append([]string{"ns-unshare", "--mount", "--uts", "--hostname", "box", "--"}, unitedRoot...),
	"all three":         append([]string{"ns-unshare", "--all", "--"}, unitedRoot...),
	"furnished":         append(strings.Fields("ns-unshare --all -- ufs-mount --lower rootfs --scratch 1M tree --"), furnished...),
	"container":         {"ctr-run", "--network", "none", "--", "true"},
	"limits":            {"ctr-run", "--network", "none", "-m", "64M", "--cpus", "0.5", "--pids-limit=50", "--rootfs", "rootfs", "--", "/bin/true"},
	"unlimited":         {"ctr-run", "--network", "none", "--pids-limit=-1", "--", "true"},
	"group":             {"cg-limit", "--memory", "64M", "--cpus", "0.5", "--cpuset-cpus", "0", "--pids", "50", "--", "true"},
	"in group":          append([]string{"cg-limit", "--pids", "50", "--memory", "64M", "--", "ns-unshare", "--all", "--hostname", "box", "--"}, unitedRoot...),
	"in place in group": {"cg-limit", "--set", "pids.max=9", "--", "ns-unshare", "--uts", "--mount", "--", "true"},
	"version 2":         {"cg-limit", "--set", "cgroup.max.depth=5", "--pids", "50", "--", "true"},
	"network":           {"veth-link", "--bridge", "ctr0", "--rate", "10mbit", "--isolated", "--", "ns-unshare", "--mount", "--", "true"},
	"privileges": {
		"priv-drop", "--caps", "kill,chown", "--ambient", "kill", "--user", "1000:1001", "--groups", "7", "--rlimit", "core=0:5", "--umask", "22", "--", "/bin/true",
	},
	"default privileges": append([]string{"ns-unshare", "--mount", "--"}, append(unitedRoot[:len(unitedRoot)-3:len(unitedRoot)-3], "priv-drop", "--", "sh", "-c", "exit 0")...),
	"rootfs":             {"ctr-run", "--network", "none", "--hostname", "box", "--rootfs", "rootfs", "--", "/bin/sh", "-c", "exit 0", `a "b`, ""},
	"kept":               {"ns-unshare", "--mount", "--", "ufs-mount", "--lower", "rootfs", "--upper", "a", "--work", "b", "tree", "--", "true"},
	"read-only":          {"ns-unshare", "--mount", "--", "ufs-mount", "--lower", "a", "tree", "--", "true"},
}

var furnished = []string{
	"root-pivot", "--proc", "--sys", "--dev", "--tmp", "--bind", "a:/data/x:ro,rec", "--bind", "rootfs/bin/sh:/etc/sh", "--tmpfs", "/run:size=1M",
	"--file", "/etc/hosts=127.0.0.1 localhost\n", "--mask", "/etc", "--mask", "/data/x/etc", "--readonly-path", "/bin", "--wd", "/srv/www",
	"--readonly", "tree", "--", "sh", "-c", "exit 0",
}

var unitedRoot = []string{
	"ufs-mount", "--lower", "a", "--lower", "b", "--lower", "rootfs", "--scratch", "1M", "tree", "--",
	"root-pivot", "--proc", "--sys", "--dev", "tree", "--", "sh", "-c", "exit 0",
}

// TestNarration runs tools under strace. What is told is exactly what is made; a silent run makes the same calls; and a
// dry run tells the same, by a user without privileges.
func TestNarration(t *testing.T) {
	sandbox.Root(t)
	needs(t, "strace", "busybox")
	sandbox.Tools(t)
	for name, argv := range narrated {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) {
				ownGroups(t)
				dir, left := layersAndRootfs(t), abandon(t)
				cabled := bridged(t, argv)
				told, made := explained(t, dir, argv)
				claims, err := claimed(told, left)
				if err == nil {
					err = compare(claims, made.calls)
				}
				if err != nil {
					t.Fatalf("what is told is not what is made:\n%v", err)
				}
				if made.limits != toolsIn(argv) {
					t.Errorf("the limit of open files was given back %d times by %d tools", made.limits, toolsIn(argv))
				}
				tampered(t, claims, made.calls)

				abandon(t)
				cabled()
				_, trace := straced(t, dir, argv)
				if err := sameCalls(made.calls, makerOf(trace, namesOf(told)).calls); err != nil {
					t.Errorf("a silent run (second) makes other calls:\n%v", err)
				}

				cabled()
				dryRun := append([]string{"asuser", argv[0], "--dry-run", "--explain=json"}, argv[1:]...)
				if argv[0] == "ctr-run" {
					dryRun = dryRun[1:] // the container of an ordinary user is another one
				}
				dry := succeed(t, dir, dryRun...)
				lines, err := parseTold(dry.stdout)
				if err != nil {
					t.Fatal(err)
				}
				if err := sameTold(told, lines); err != nil {
					t.Errorf("a dry run (second) tells something else:\n%v", err)
				}
			})
		})
	}
}

// bridged makes the bridge of a command line that has one, because it stays, and returns what waits until the cables of an
// earlier run are gone.
func bridged(t *sandbox.T, argv []string) (wait func()) {
	bridge := "ctr0"
	if i := slices.Index(argv, "--bridge"); argv[0] == "veth-link" && i >= 0 {
		bridge = argv[i+1]
	} else if argv[0] != "ctr-run" || slices.Contains(argv, "none") {
		return func() {}
	}
	wait = func() {
		cable := func(name string) bool { return strings.HasPrefix(name, "v0") }
		for end := time.Now().Add(patience); slices.ContainsFunc(namesIn("/sys/class/net"), cable); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the cables stay")
			}
		}
	}
	succeed(t, "/", "nat-publish", "--bridge", bridge, "--subnet", "10.88.0.0/16", "--shared", "--", "veth-link", "--bridge", bridge, "--", "true")
	t.Cleanup(func() {
		wait()
		succeed(t, "/", "ip", "link", "delete", bridge)
		succeed(t, "/", "nft", "delete", "table", "inet", "ctr-out-"+bridge)
	})
	wait()
	return wait
}

// layersAndRootfs makes a directory to start command lines in.
func layersAndRootfs(t *sandbox.T) string {
	dir := t.TempDir()
	for _, sub := range []string{"a/etc", "b", "tree"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	makeRootfs(t, filepath.Join(dir, "rootfs"))
	return dir
}

// toolsIn counts the tools of a command line, each of which starts as a Go program.
func toolsIn(argv []string) (n int) {
	for _, word := range argv {
		if slices.Contains(chain.Tools, word) {
			n++
		}
	}
	return n
}

// explained runs a command line under strace with --explain=json, and returns what it told and what it did.
func explained(t *sandbox.T, dir string, argv []string) ([]*told, *maker) {
	t.Helper()
	out, trace := straced(t, dir, append([]string{argv[0], "--explain=json"}, argv[1:]...))
	lines, err := parseTold(out.stderr)
	if err != nil {
		t.Fatal(err)
	}
	return lines, makerOf(trace, namesOf(lines))
}

// sameTold compares what a real run told with what a dry run tells, which is the same but for two things. A dry run is the
// same for the tools that follow too, and they know it from a variable. And it cannot know where a program will be found,
// so it tells of every directory that would be searched.
func sameTold(real, dry []*told) error {
	last := real[len(real)-1]
	for len(dry) > len(real) {
		extra := dry[len(dry)-1]
		if extra.Call != "execve" || extra.Call != last.Call || !slices.Equal(extra.Args[1:2], last.Args[1:2]) {
			break
		}
		dry = dry[:len(dry)-1]
	}
	left, right := spelledOut(real), spelledOut(dry)
	for i := range max(len(left), len(right)) {
		if i >= len(left) || i >= len(right) || left[i] != right[i] {
			return fmt.Errorf("line %d:\n%s\n%s", i,
				strings.Join(left[min(i, len(left)):min(i+1, len(left))], ""), strings.Join(right[min(i, len(right)):min(i+1, len(right))], ""))
		}
	}
	return nil
}

// spelledOut is all that lines say, but for what differs from run to run.
func spelledOut(lines []*told) []string {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = anyVariables(fmt.Sprintf("%+v", *l))
	}
	return renamed(texts)
}

// tampered makes lies of what was told and what was made, and wants every one of them to be found out. Only then does the
// comparison mean anything.
func tampered(t *sandbox.T, claims []*claim, made []*traced) {
	lies := 0
	lie := func(what string, claims []*claim, made []*traced) {
		lies++
		if compare(claims, made) == nil {
			t.Errorf("nobody noticed: %s", what)
		}
	}
	for i, claim := range claims {
		lie(fmt.Sprintf("%d, %s, is not told", i, claim), slices.Delete(slices.Clone(claims), i, i+1), made)
		lie(fmt.Sprintf("%d, %s, is not made", i, made[i]), claims, slices.Delete(slices.Clone(made), i, i+1))
		lie(fmt.Sprintf("%d, %s, is made twice", i, made[i]), claims, slices.Insert(slices.Clone(made), i, made[i]))
		if i > 0 && claim.String() != claims[i-1].String() {
			swapped := slices.Clone(claims)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			lie(fmt.Sprintf("%d, %s, is told too early", i, claim), swapped, made)
		}
		for j := range made[i].args {
			for _, other := range twisted(made[i].args[j]) {
				changed := *made[i]
				changed.args = slices.Clone(changed.args)
				changed.args[j] = other
				others := slices.Clone(made)
				others[i] = &changed
				lie(fmt.Sprintf("%d, %s, is really %s", i, claim, &changed), claims, others)
			}
		}
		refused := *made[i]
		refused.result = "-1 EIO (Input/output error)"
		others := slices.Clone(made)
		others[i] = &refused
		lie(fmt.Sprintf("%d, %s, has failed", i, claim), claims, others)
	}
	t.Logf("%d calls, and %d lies about them found out", len(claims), lies)
}

// twisted are other arguments of the same kind, one for each field of a structure.
func twisted(arg string) (others []string) {
	if !strings.HasPrefix(arg, "{") {
		return []string{twistedValue(arg)}
	}
	fields, rest := splitArgs(arg[1:])
	for i, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		changed := slices.Clone(fields)
		changed[i] = name + "=" + twistedValue(value)
		others = append(others, "{"+strings.Join(changed, ", ")+"}"+rest)
	}
	return others
}

func twistedValue(arg string) string {
	switch {
	case strings.HasPrefix(arg, `"`):
		return `"x` + arg[1:]
	case strings.HasPrefix(arg, "["):
		return `["x", ` + arg[1:]
	case variables.MatchString(arg):
		return variables.ReplaceAllString(arg, "/* 1 vars */")
	case number(arg) >= 0:
		return strconv.Itoa(number(arg) + 1)
	case strings.HasPrefix(arg, "makedev("):
		return "makedev(0x1, 0x9c)"
	}
	return arg + "|0x40000"
}
