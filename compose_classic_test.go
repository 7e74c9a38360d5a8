package ctrkit_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// A classic is a container that is made without us, by a script of testdata/compose, and by a command line of ctr-run.
type classic struct {
	options []string  // of ctr-run
	serves  bool      // a program waits behind a published port
	change  [2]string // one that must be noticed: of the script, what is replaced by what
}

var classics = map[string]classic{
	"namespaces": {
		options: []string{"--network", "none", "--pids-limit=-1", "--rootfs", "rootfs"},
		change:  [2]string{"--ipc ", ""},
	},
	"layers": {
		options: []string{
			"--network", "none", "--pids-limit=-1", "--layer", "upper", "--layer", "rootfs", "--read-only",
			"-v", "data:/data:ro", "-v", "work:/srv/work", "--tmpfs", "/tmp",
		},
		change: [2]string{"bind,ro,nodev data", "bind,nodev data"},
	},
	"limits": {
		options: []string{"--network", "none", "-m", "64M", "--cpus", "0.5", "--pids-limit", "60", "--rootfs", "rootfs"},
		change:  [2]string{"50000", "51000"},
	},
	"network": {
		options: []string{"--dns", "192.0.2.53", "--ip", "10.88.0.2", "-p", "8080:80", "--pids-limit=-1", "--rootfs", "rootfs"},
		change:  [2]string{"default via", "192.0.2.0/24 via"}, serves: true,
	},
	"user": {
		options: []string{
			"--network", "none", "--pids-limit=-1", "--rootfs", "rootfs", "-u", "1000:1001", "--group-add", "7", "--group-add", "44",
			"--cap-drop", "chown",
		},
		change: [2]string{",-chown", ""},
	},
}

// cannot is what unshare, mount, ip, pivot_root, nft and setpriv cannot do. There is nothing else in which a container that is
// made by them may differ.
var cannot = []permitted{
	{`^Seccomp(_filters)?:\t`, "setpriv(1) loads a filter of system calls since util-linux 2.41 only, and has no compiler for one"},
}

// TestClassic compares ctr-run with containers that were written by hand for the usual tools, and of which no line is ours.
func TestClassic(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox", "ip", "ldd", "nft", "setpriv", "unshare")
	sandbox.Tools(t)
	for name, c := range classics {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) {
				ownGroups(t)
				isRouter(t)
				dir := classicDir(t)
				look := func(argv []string) []string {
					t.Helper()
					defer (&sweep{T: t}).noCables()
					if c.serves {
						return view(lookAndAsk(t, dir, argv))
					}
					return view(lookBy(t, dir, argv))
				}
				ours := look(append(append([]string{"ctr-run"}, c.options...), "--"))
				if c.serves { // by hand one makes it all, and ip(8) keeps its names on a mount that stays
					t.Cleanup(func() { unix.Unmount("/run/netns", unix.MNT_DETACH) })
					(&sweep{T: t}).noBridge("ctr0")
				}
				agree(t, "ctr-run", "the classic", ours, look(script("classic-"+name+".sh")), cannot)
				if rest := unexplained(ours, look(changed(t, dir, name, c.change)), cannot); len(rest) == 0 {
					t.Errorf("nobody notices %q in place of %q", c.change[1], c.change[0])
				}
				t.Logf("%d lines seen from inside", len(ours))
			})
		})
	}
}

// changed is a command line that runs such a script after a change.
func changed(t *sandbox.T, dir, name string, change [2]string) []string {
	t.Helper()
	text := readFile(t, "testdata/compose/classic-"+name+".sh")
	if !strings.Contains(text, change[0]) {
		t.Fatalf("there is no %q in the script", change[0])
	}
	copyFile(t, "testdata/compose/classic-furniture.sh", filepath.Join(dir, "classic-furniture.sh"))
	path := filepath.Join(dir, "changed.sh")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, change[0], change[1])), 0o755); err != nil {
		t.Fatal(err)
	}
	return []string{"sh", path}
}

// lookAndAsk is the same, of a container that serves a port: the machine comes to it by its own.
func lookAndAsk(t *sandbox.T, dir string, argv []string) []string {
	t.Helper()
	cmd := onlooker(t, dir, argv, "\necho hello | busybox nc -l -p 80\n")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(patience); ask("10.88.0.1:8080") != "hello\n"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			cmd.Process.Kill()
			cmd.Wait()
			t.Fatalf("%q: nobody answers\n%s%s", argv, end(stdout.String()), end(stderr.String()))
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, end(stderr.String()))
	}
	return normal(stdout.String() + "\n# stderr\n" + stderr.String())
}

// ask is what somebody says who is called.
func ask(address string) string {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(time.Second))
	said := make([]byte, 6)
	n, _ := io.ReadFull(conn, said)
	return string(said[:n])
}
