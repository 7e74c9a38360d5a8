package ctrkit_test

import (
	"os"
	"path/filepath"
	"testing"

	"ctrkit/internal/sandbox"
)

// asUnshare are the pairs of ns-unshare and unshare(1). Theirs must be told to fork where ours does so by itself, because
// a namespace is for children only. Their maps begin with the id outside, ours with the one inside.
var asUnshare = []pair{
	// Nothing, one kind each, and many.
	{ours: ""},
	{ours: "--mount", who: "root"},
	{ours: "--uts", who: "root"},
	{ours: "--ipc", who: "root"},
	{ours: "--net", who: "root"},
	{ours: "--cgroup", who: "root"},
	{ours: "--pid", theirs: "--pid --fork", who: "root"},
	{ours: "--time", theirs: "--time --fork", who: "root"},
	{ours: "--user"},
	{ours: "-muinC", who: "root"},
	{ours: "-muinpCT", theirs: "-muinpCTf", who: "root"},
	{ours: "-U -muinpC", theirs: "-U -muinpCf"},
	{ours: "-r -muinpCT", theirs: "-r -muinpCTf"},
	// A child or not.
	{ours: "--fork"},
	{ours: "-f -u", who: "root"},
	{ours: "--kill-child"},
	{ours: "--kill-child=TERM -r -u"},
	{ours: "-p --kill-child=SIGHUP", theirs: "-p -f --kill-child=SIGHUP", who: "root"},
	// Who the program is.
	{ours: "--map-root-user"},
	{ours: "--map-current-user"},
	{ours: "-c -m"},
	{ours: "-r --setgroups=deny", theirs: "-r"}, // which implies it; unshare(1) would deny twice, and fail
	{ours: "-U --setgroups allow"},
	{ours: "-U --setgroups deny"},
	{ours: "--map-auto"},
	{ours: "--map-auto -r"},
	{ours: "--map-auto -c"},
	{ours: "--map-auto -r --setuid 5 --setgid 6"},
	{ours: "--map-auto -r -S 0 -G 0"},
	{ours: "--map-auto -r -S 70000", fails: true},
	{ours: "--setuid 1 --setgid 2", who: "root"},
	{ours: "-S 1", who: "root"},
	{ours: "-G 2", who: "root"},
	{ours: "--map-users=0:100000:100", theirs: "--map-users=100000,0,100"},
	{ours: "--map-users 0:100000:100 --map-groups 0:100000:100", theirs: "--map-users 100000,0,100 --map-groups 100000,0,100"},
	{ours: "--map-groups=5:100000:10 -c", theirs: "--map-groups=100000,5,10 -c"},
	{ours: "-r --map-users=5:100000:10", theirs: "-r --map-users=100000,5,10"},
	{ours: "-r --map-users=0:100000:10", theirs: "-r --map-users=100000,0,10"},
	{ours: "-c --map-users=990:100000:20", theirs: "-c --map-users=100000,990,20"},
	{ours: "-r --map-users=0:0:65536 --map-groups=0:0:65536", theirs: "-r --map-users=0,0,65536 --map-groups=0,0,65536", who: "root"},
	{ours: "-r --map-users=0:1:10 --map-groups=0:0:10", theirs: "-r --map-users=1,0,10 --map-groups=0,0,10", who: "root"},
	{ours: "--map-users=0:1000:1 --map-groups=0:1000:1", theirs: "--map-users=1000,0,1 --map-groups=1000,0,1", who: "user"},
	// What is in the namespaces.
	{ours: "-T --boottime 5000 --monotonic=7000", theirs: "-Tf --boottime 5000 --monotonic=7000", who: "root"},
	{ours: "-r -T --boottime 5000", theirs: "-r -Tf --boottime 5000"},
	{ours: "-r -T --monotonic=-10", theirs: "-r -Tf --monotonic=-10"},
	{ours: "-r -pT --boottime=9000 --mount-proc", theirs: "-r -pTf --boottime=9000 --mount-proc"},
	{ours: "--mount --propagation private", who: "root"},
	{ours: "--mount --propagation=slave", who: "root"},
	{ours: "--mount --propagation shared", who: "root"},
	{ours: "--mount --propagation unchanged", who: "root"},
	{ours: "-r -m --propagation slave"},
	{ours: "-r -m --propagation shared"},
	{ours: "-r -m --propagation unchanged"},
	{ours: "--pid --mount-proc", theirs: "--pid --fork --mount-proc", who: "root"},
	{ours: "-r --pid --mount-proc", theirs: "-r --pid --fork --mount-proc"},
	{ours: "-p --mount-proc=/mnt", theirs: "-pf --mount-proc=/mnt", who: "root"},
	{ours: "-r -m --root $ROOT"},
	{ours: "-m -R $ROOT --wd /usr", who: "root"},
	{ours: "-p -R $ROOT --mount-proc", theirs: "-pf -R $ROOT --mount-proc", who: "root"},
	{ours: "--wd /usr"},
	{ours: "-r -w ."},
	// What outlives the program.
	{ours: "--uts=$KEEP", who: "root"},
	{ours: "--ipc=$KEEP --net", who: "root"},
	{ours: "--net=$KEEP", who: "root"},
	{ours: "--cgroup=$KEEP", who: "root"},
	{ours: "--user=$KEEP -r -m", who: "root"},
	{ours: "--pid=$KEEP", theirs: "--pid=$KEEP --fork", who: "root"},
	{ours: "--time=$KEEP", theirs: "--time=$KEEP --fork", who: "root"},
	// How the program ends.
	{ours: "", prog: "exit 7"},
	{ours: "--fork", prog: "exit 255"},
	{ours: "-r", prog: "exit 1"},
	{ours: "-r -p", theirs: "-r -pf", prog: "exit 7"},
	{ours: "", prog: "kill -TERM $$"},
	{ours: "-f", prog: "kill -TERM $$"},
	{ours: "-r", prog: "kill -KILL $$"},
	{ours: "--map-auto", prog: "kill -HUP $$"},
	{ours: "-r -p", theirs: "-r -pf", prog: "kill -TERM $$; exit 3"},
	{ours: "-r nosuch", fails: true},
	{ours: "/nosuch/program", fails: true},
	{ours: "-f /etc/passwd", fails: true},
	// What is refused.
	{ours: "--nosuch", fails: true},
	{ours: "-u", who: "user", fails: true},
	{ours: "-muinC", who: "user", fails: true},
	{ours: "-p", theirs: "-pf", who: "user", fails: true},
	{ours: "-T", theirs: "-Tf", who: "user", fails: true},
	{ours: "-r --setgroups allow", fails: true},
	{ours: "-r -S 0 -G 0", fails: true},
	{ours: "-U -S 5", fails: true},
	{ours: "-U -S 4294967295", fails: true},
	{ours: "-S nobody-like-that", fails: true},
	{ours: "--map-users=0:7:10", theirs: "--map-users=7,0,10", who: "user", fails: true},
	{ours: "--map-users=junk", fails: true},
	{ours: "-r -T --boottime 9999999999", theirs: "-r -Tf --boottime 9999999999", fails: true},
	{ours: "-r -T --monotonic=-999999999", theirs: "-r -Tf --monotonic=-999999999", fails: true},
	{ours: "-r -m --propagation rprivate", fails: true},
	{ours: "-r --mount-proc=/nosuch", fails: true},
	{ours: "-r -R /nosuch", fails: true},
	{ours: "-w /nosuch", fails: true},
	{ours: "-r --kill-child=NOSUCH", fails: true},
	{ours: "-u=/nosuch", theirs: "--uts=/nosuch", who: "root", fails: true},
}

// TestAsUnshare gives the same command lines to unshare(1) and to ns-unshare.
func TestAsUnshare(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	for who := range users {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) {
				w := newWorld(t, "unshare", "ns-unshare")
				w.places["ROOT"] = anotherRoot(t)
				w.places["KEEP"] = filepath.Join(w.dir, "kept")
				if err := os.WriteFile(w.places["KEEP"], nil, 0o644); err != nil {
					t.Fatal(err)
				}
				w.compare(who, asUnshare)
			})
		})
	}
}
