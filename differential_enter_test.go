package ctrkit_test

import (
	"testing"

	"ctrkit/internal/sandbox"
)

// asNsenter are the pairs of ns-enter and nsenter(1), to which the letters of a word are one letter and its file.
var asNsenter = []pair{
	// One kind each, and many.
	{ours: "--target $MACHINE --mount", who: "root"},
	{ours: "--target=$MACHINE --uts", who: "root"},
	{ours: "-t $MACHINE --ipc", who: "root"},
	{ours: "-t $MACHINE --net", who: "root"},
	{ours: "-t $MACHINE --pid", who: "root"},
	{ours: "-t $MACHINE --pid --mount", who: "root"},
	{ours: "-t $MACHINE --cgroup", who: "root"},
	{ours: "-t $MACHINE --time", who: "root"},
	{ours: "-t $MACHINE -T --no-fork", who: "root"},
	{ours: "-t $MACHINE -p -F", who: "root"},
	{ours: "-t $MACHINE -p -T -F", who: "root"},
	{ours: "-t $MACHINE -m -u -i -n -p -C -T", who: "root"},
	{ours: "-t $MACHINE -a", who: "root"},
	{ours: "-t $MACHINE -a -F", who: "root"},
	{ours: "-t $MACHINE --all --net=/proc/self/ns/net", who: "root"},
	// Files.
	{ours: "--mount=/proc/$MACHINE/ns/mnt", who: "root"},
	{ours: "--uts=/proc/$MACHINE/ns/uts --ipc=/proc/$MACHINE/ns/ipc", who: "root"},
	{ours: "--net=/proc/$MACHINE/ns/net -t $MANY --uts", who: "root"},
	{ours: "--pid=/proc/$MACHINE/ns/pid", who: "root"},
	{ours: "--cgroup=/proc/$MACHINE/ns/cgroup --time=/proc/$MACHINE/ns/time", who: "root"},
	{ours: "--user=/proc/$MANY/ns/user", who: "root"},
	{ours: "--user=/proc/$OWN/ns/user --uts=/proc/$MACHINE/ns/uts", who: "root"},
	{ours: "-t $OWN --user --uts=/proc/$MACHINE/ns/uts", who: "root"},
	{ours: "--user=/proc/$OWN/ns/user -t $OWN --uts --preserve-credentials"},
	{ours: "-t $OWN --user --net=/proc/$OWN/ns/net --preserve-credentials"},
	// Who the program is.
	{ours: "-t $MANY --user", who: "root"},
	{ours: "-t $MANY -a", who: "root"},
	{ours: "-t $MANY -U --preserve-credentials", who: "root"},
	{ours: "-t $MANY -U -S 5", who: "root"},
	{ours: "-t $MANY -U --setuid 5 --setgid=6", who: "root"},
	{ours: "-t $MANY -a -G 7", who: "root"},
	{ours: "-t $MACHINE -u --setuid 1 --setgid 2", who: "root"},
	{ours: "-t $MACHINE -u -S 1", who: "root"},
	{ours: "-t $MACHINE -p -G 1", who: "root"},
	{ours: "-t $OWN -U", who: "root"},
	{ours: "-t $OWN -a", who: "root"},
	{ours: "-t $OWN -a -S 0", who: "root"},
	{ours: "-t $OWN -a --preserve-credentials"},
	{ours: "-t $OWN -U --preserve-credentials"},
	{ours: "-t $OWN -U -m --preserve-credentials", who: "user"},
	{ours: "-t $OWN -U -p -T --preserve-credentials", who: "user"},
	{ours: "-t $OWN -U --preserve-credentials -F"},
	// What paths mean.
	{ours: "-t $CHROOT --root --wd", who: "root"},
	{ours: "-t $CHROOT -m -r -w", who: "root"},
	{ours: "-t $CHROOT -m", who: "root"},
	{ours: "--root=$ROOT --wd=/usr", who: "root"},
	{ours: "-t $MACHINE -m --wd=/usr", who: "root"},
	{ours: "-t $MACHINE -m -w", who: "root"},
	{ours: "-t $OWN -U -m -w --preserve-credentials"},
	{ours: "--wd=/usr"},
	// How the program ends.
	{ours: "-t $OWN -a --preserve-credentials", prog: "exit 7"},
	{ours: "-t $OWN -U --preserve-credentials", prog: "exit 255"},
	{ours: "-t $MACHINE -p", who: "root", prog: "kill -TERM $$"},
	{ours: "-t $MACHINE -u", who: "root", prog: "kill -TERM $$"},
	{ours: "-t $OWN -U --preserve-credentials", prog: "kill -KILL $$"},
	{ours: "-t $OWN -a --preserve-credentials", prog: "kill -HUP $$"},
	{ours: "-t $OWN -a --preserve-credentials nosuch", fails: true},
	{ours: "-t $OWN -U --preserve-credentials /nosuch/program", fails: true},
	{ours: "-t $OWN -U --preserve-credentials /etc/passwd", fails: true},
	// What is refused.
	{ours: "--nosuch", fails: true},
	{ours: "--net", fails: true},
	{ours: "--all", fails: true},
	{ours: "-t 4194305 -n", fails: true},
	{ours: "-t nobody -n", fails: true},
	{ours: "--net=/nosuch", fails: true},
	{ours: "--net=/etc/passwd", fails: true},
	{ours: "--net=/proc/self/ns/uts", fails: true},
	{ours: "-t $MACHINE -u", who: "user", fails: true},
	{ours: "-t $MACHINE -a", who: "user", fails: true},
	{ours: "-t $MANY -U", who: "user", fails: true},
	{ours: "-t $OWN -u", who: "user", fails: true},
	{ours: "-t $OWN -U -S 77", who: "root", fails: true},
	{ours: "-t $OWN -U -G 77", who: "root", fails: true},
	{ours: "-t $OWN -m --wd=/nosuch", who: "root", fails: true},
	{ours: "--root=/nosuch", fails: true},
}

// TestAsNsenter gives the same command lines to nsenter(1) and to ns-enter.
func TestAsNsenter(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	for who := range users {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			sandbox.Run(t, func(t *sandbox.T) {
				w := newWorld(t, "nsenter", "ns-enter")
				w.places["ROOT"] = anotherRoot(t)
				w.populate()
				w.compare(who, asNsenter)
			})
		})
	}
}
