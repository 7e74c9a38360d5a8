//go:build world

package ctrkit_test

import (
	"os"
	"path/filepath"
	"testing"

	"ctrkit/internal/sandbox"
)

// TestWorldDocker runs Docker's daemon beside us, in the same network. Its packet filter throws away what is forwarded for
// others, and no rule of ours can undo that: what we say about it is typed, and then both work.
func TestWorldDocker(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	needs(t, "ip", "nft", "busybox")
	docker, err := filepath.Abs("bin/.docker")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/world/docker.sh")
	if err != nil {
		t.Fatal(err)
	}
	sandbox.Run(t, func(t *sandbox.T) {
		t.Setenv("DOCKER", docker)
		const want = "the machine: theirs, ours\n" +
			"from outside: theirs, nothing\n" +
			"ctr-run: hint: the chain FORWARD of table ip filter drops what is forwarded, and no rule of ours can undo that: " +
			"nft insert rule ip filter DOCKER-USER iifname ctr0 accept; nft insert rule ip filter DOCKER-USER oifname ctr0 accept\n" +
			"the remedy is typed\n" +
			"from outside: theirs, ours\n" +
			"from ours: theirs\n" +
			"from theirs: ours\n" +
			"0\n" +
			"when ours has ended: theirs\n"
		if out := run(t, t.TempDir(), "unshare", "--mount", "sh", "-c", string(script)); out.stdout != want {
			t.Errorf("%s\nand not\n%s\n%s", end(out.stdout), want, end(out.stderr))
		}
	})
}
