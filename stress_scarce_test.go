package ctrkit_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ctrkit/internal/sandbox"
)

// TestStressScarce starts containers where there is too little of something. It is one line of error or none, and nothing is left.
func TestStressScarce(t *testing.T) {
	sandbox.Root(t)
	needs(t, "busybox", "ip", "nft")
	sandbox.Tools(t)
	for name, s := range scarcities {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) { s.tried(t) })
		})
	}
}

// A scarcity is a place where there is too little of something, and what becomes of a container there.
type scarcity struct {
	prepare string // what is typed before, by a shell
	argv    string // the command line; what is made in the sandbox is in the directory that it is started in
	status  int
	stderr  string // what is said then; "" is nothing
	runtime bool   // by chance it succeeds, or Go itself ends it, with a trace of its stacks and the status 2
}

// Go needs so much for itself: an event queue and a file to wake it, and threads.
var byGo = regexp.MustCompile(`^(runtime|fatal error): `)

const (
	open      = `ctr-run: error: .*: too many open files\n(ctr-run: hint: .*\n)?`
	noProcess = `ctr-run: error: clone3 .*: resource temporarily unavailable\nctr-run: hint: .*\ncg-limit: hint: .*\n`
	noSpace   = `ctr-run: error: .*: no space left on device\n(ctr-run: hint: .*\n)?`
	noRoom    = `ctr-run: error: .*\nctr-run: hint: .*\n`
	smallDisk = `mkdir small; mount -t tmpfs -o size=64k small small; dd if=/dev/zero of=small/full bs=64k 2>/dev/null; true`
	// One address beside the bridge's own, and somebody has it.
	noAddress = `ip link delete ctr0; ip link add ctr0 type bridge; ip address add 10.88.0.1/30 dev ctr0; ip link set ctr0 up; ip link add v0a580002 type bridge`
	// The kernel gives a bridge 1024 ports, of which the first is nobody's.
	noPort = `ip netns add ports
		for i in $(seq 1023); do echo link add e$i master ctr0 type veth peer name f$i netns ports; done | ip -batch -`
)

var scarcities = map[string]scarcity{
	"20 descriptors":                 {argv: "ulimit -n 20; exec ctr-run -m 64M -p 8080:80 -p 81:81/udp --rootfs rootfs -- /bin/true"},
	"12 descriptors":                 {argv: "ulimit -n 12; exec ctr-run --rootfs rootfs -- /bin/true", status: 125, stderr: open},
	"8 descriptors":                  {argv: "ulimit -n 8; exec ctr-run --rootfs rootfs -- /bin/true", status: 125, stderr: open},
	"5 descriptors":                  {argv: "ulimit -n 5; exec ctr-run --rootfs rootfs -- /bin/true", status: 125, stderr: open, runtime: true},
	"3 descriptors":                  {argv: "ulimit -n 3; exec ctr-run --rootfs rootfs -- /bin/true", status: 125, stderr: open},
	"8 MB for the container":         {argv: "ctr-run -m 8M --rootfs rootfs -- /bin/true"},
	"8 MB, and a program needs more": {argv: "ctr-run -m 8M --rootfs rootfs -- busybox dd if=/dev/zero of=/dev/null bs=60M count=1", status: 137, stderr: `ctr-run: hint: .*\n`},
	"8 MB for ctr-run too":           {argv: "cg-limit --memory 8M -- ctr-run --rootfs rootfs -- /bin/true"},
	"1 MB for ctr-run too":           {argv: "cg-limit --memory 1M -- ctr-run --rootfs rootfs -- /bin/true", status: 137, stderr: `cg-limit: hint: .*\n`},
	"5 processes for the container":  {argv: "ctr-run --pids-limit 5 --rootfs rootfs -- /bin/true"},
	"8 processes for ctr-run too":    {argv: "cg-limit --pids 8 -- ctr-run --rootfs rootfs -- /bin/true", status: 125, stderr: noProcess, runtime: true},
	"5 processes for ctr-run too":    {argv: "cg-limit --pids 5 -- ctr-run --rootfs rootfs -- /bin/true", status: 125, stderr: noProcess, runtime: true},
	"200 MB of addresses":            {argv: "ulimit -v 200000; exec ctr-run --rootfs rootfs -- /bin/true", status: 125, stderr: `.*`, runtime: true},
	"a full disk, for a pidfile": {
		prepare: smallDisk, argv: "ctr-run --pidfile small/pid --rootfs rootfs -- /bin/true", status: 125, stderr: noSpace,
	},
	"a full disk, for an upper layer": {
		prepare: `mkdir small; mount -t tmpfs -o nr_inodes=3 small small; mkdir small/upper`, argv: "ctr-run --upper small/upper --layer rootfs -- /bin/true", status: 125, stderr: noRoom,
	},
	"a full disk, for an archive": {
		prepare: smallDisk + "; tar -C rootfs -cf root.tar .; mkdir -p small; mount --bind small /var/cache",
		argv:    "ctr-run --archive root.tar -- /bin/true", status: 125, stderr: `(ctr-run|ufs-apply): error: .*: no space left on device\n(.*: hint: .*\n)?`,
	},
	"a full container":           {argv: `ctr-run --size 1M --rootfs rootfs -- /bin/sh -c 'busybox dd if=/dev/zero of=/full bs=64k 2>/dev/null; busybox dd if=/dev/zero of=/more bs=64k 2>/dev/null || exit 7'`, status: 7},
	"a bridge without addresses": {prepare: noAddress, argv: "ctr-run -p 8080:80 --rootfs rootfs -- /bin/true", status: 125, stderr: noRoom},
	"a bridge without ports":     {prepare: noPort, argv: "ctr-run -p 8080:80 --rootfs rootfs -- /bin/true", status: 125, stderr: noRoom},
	"a read-only /tmp":           {argv: "unshare --mount sh -c 'mount --rbind /tmp /tmp; mount -o remount,bind,ro /tmp; ! touch /tmp/x 2>/dev/null || exit 9; exec ctr-run -m 64M -p 8080:80 --rootfs rootfs -- /bin/true'"},
}

// tidy takes back what was prepared.
const tidy = `umount /var/cache small; ip link delete v0a580002; ip netns delete ports; umount /run/netns
	while ip -brief link show type veth | grep -q .; do sleep 0.1; done`

// tried runs the command line there.
func (s *scarcity) tried(t *sandbox.T) {
	ownGroups(t)
	isRouter(t)
	dir := t.TempDir()
	makeRootfs(t, filepath.Join(dir, "rootfs"))
	succeed(t, dir, "ctr-run", "--rootfs", "rootfs", "--", "/bin/true") // the bridge, which stays
	(&sweep{T: t}).noCables()
	if s.prepare != "" {
		succeed(t, dir, "sh", "-c", s.prepare)
		t.Cleanup(func() {
			run(t, dir, "sh", "-c", tidy)
		})
	}
	before := takeSnapshot(filepath.Join(dir, "rootfs"))
	out := run(t, dir, "sh", "-c", s.argv)
	said := "nothing"
	if lines := strings.SplitAfterN(out.stderr, "\n", 2); out.stderr != "" {
		said = fmt.Sprintf("%q in %d lines", strings.TrimSpace(lines[0]), strings.Count(out.stderr, "\n"))
	}
	figure(t, s.argv, "%d, and says %s", out.status, said)
	chance := s.runtime && (out.status == 2 && byGo.MatchString(out.stderr) || out.status == 0 && out.stderr == "")
	if !chance && (out.status != s.status || !regexp.MustCompile("^"+s.stderr+"$").MatchString(out.stderr)) {
		t.Errorf("status %d, not %d, and it says\n%s", out.status, s.status, end(out.stderr))
	}
	for _, difference := range before.leftByKill(filepath.Join(dir, "rootfs")) {
		t.Error(difference)
	}
}
