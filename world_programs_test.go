//go:build world

package ctrkit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctrkit/internal/sandbox"
)

// prelude is what the scripts of TestWorldPrograms begin with.
const prelude = `set -eu
await() {
	while ! timeout 3 busybox wget -q -O /dev/null "http://$1" 2>/dev/null; do
		kill -0 $!
		sleep 0.1
	done
}
`

// TestWorldPrograms runs what people run in containers, with the privileges that there are unless one asks for others. Each
// script asks from outside whether the program did its work.
func TestWorldPrograms(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	needs(t, "busybox")
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	sandbox.Run(t, func(t *sandbox.T) {
		root := filepath.Join(t.TempDir(), "root")
		succeed(t, here, "ufs-apply", "--devices", "--onto", root, "bin/.programs.tar")
		t.Setenv("ROOT", root)
		t.Setenv("SERVER", here+"/bin/.server")
		t.Setenv("EXPECTED", here+"/testdata/world/python.txt")
		t.Setenv("LC_ALL", "C")
		for _, program := range []struct{ name, want string }{
			{"apt", "Setting up openssh-client\nSetting up iputils-ping\nSetting up iputils-ping\n1 received\nkey.pub\n-rwxr-sr-x 1 root _ssh\n"},
			{"cron", "www-data: at the start, in /var/www\nroot: once a minute, in /root\nstatus 143\n"},
			{"gcc", "a program of 2 processes and 8 threads: 8000000\nstatic: 8000000\nSegmentation fault\n"},
			{"go", "numbers read: 20000000\n"},
			{"nginx", "Welcome to nginx\n200 nginx\nthousands of answers\nroot nginx: master process\nwww-data nginx: worker process\n"},
			{"postgresql", "SELECT 100000\nCREATE INDEX\nSET\nSET\nSET\n333338333350000\npostgres|t\n" +
				"number of transactions actually processed: 1000/1000\nnumber of failed transactions: 0\n1000|1\n42\ndatabase system is shut down\n"},
			{"python", "Result: SUCCESS\ntest_attributes (test.test_os.TestScandir.test_attributes) ... ok\nResult: SUCCESS\n"},
		} {
			t.Run(program.name, func(t *sandbox.T) { works(t, program.name, program.want) })
		}
	})
}

// works runs the script about a program.
func works(t *sandbox.T, name, want string) {
	script, err := os.ReadFile("testdata/world/" + name + ".sh")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	out := run(t, t.TempDir(), "sh", "-c", prelude+string(script))
	if t.Logf("%.0f s", time.Since(start).Seconds()); out.status != 0 || out.stdout != want {
		t.Errorf("status %d\n%s\nand not\n%s\n%s", out.status, end(out.stdout), want, end(out.stderr))
	}
	if strings.Contains(out.stderr, "has no handler") {
		t.Errorf("a program ends when it is told to, and is taken for one that does not:\n%s", end(out.stderr))
	}
}
