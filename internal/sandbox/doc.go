/*
Package sandbox is where ctrkit is tested: on the real kernel, in namespaces that nobody misses afterwards.

# Writing a script

A script is a file testdata/scripts/TOPIC_what.txtar, for package testscript: lines of commands, phases that begin with a
comment, and files to start with. All scripts run in parallel, each in a sandbox of its own: a mount, pid, network, UTS
and IPC namespace, with /proc, /sys, /run and /tmp of its own, a lo that is up, the host name "host", and $WORK on a tmpfs.
What the script calls the host is this sandbox. The machine's files are there, read-only. Cgroups alone are the machine's,
and are audited when the suite is done. ctrkit's tools are first in PATH, and sudo runs its arguments.

	[!root] skip 'needs root: mounts'

	# the root directory is swapped
	exec ns-unshare --mount -- root-pivot rootfs -- /bin/true
	host /etc/passwd

	# without a root file system there is a hint
	status 125 ns-unshare --mount -- root-pivot nowhere -- /bin/true
	stderr '^root-pivot: error: '

A script that passed is checked for leaks: processes, mounts, links, named network namespaces and nft tables that were not
there when it began make it fail. When it hangs, all its programs are killed after two minutes (CTRKIT_TIMEOUT=30s
overrides this) and the log shows how far it came.

The commands, beside those of testscript (exec, stdout, stderr, cmp, exists, grep, stdin, ...); ! turns one round where it
says so:

	[!] status N PROG [ARG...]         run PROG and want exactly the exit status N (128+n for a signal)
	asuser PROG [ARG...]               a program, to put before others: become uid and gid 1000 without capabilities
	probe CALL [ARG...]                a program: make one system call, print its result or the name of its error
	filters PID                        a program: print what the kernel lets a process do: capabilities, system call filters
	bg NAME PROG [ARG...]              start PROG in the background; $NAME is its pid
	signal NAME SIGNAL                 send it a signal, such as USR1
	[!] end NAME [SIGNAL]              send it a signal if one is given, wait for it, and have its stdout and stderr
	status N end NAME [SIGNAL]         the same, and want the exit status N
	[!] eventually [2s] [!] PROG ...   repeat PROG, or a command of this list, until it succeeds (10s unless told)
	capture VAR [PATTERN]              $VAR becomes the last stdout, or what the pattern's last group matched in it
	[!] host [PATH...]                 the host is as it was before the first line: mounts, links, host name, and the
	                                   files and trees named (mode, owner, times, content)
	[!] same-ns KIND PID|self PID|self two processes are in the same namespace (net, mnt, pid, ...)
	leaks                              check for leaks now

The commands stop, wait, kill and "exec ... &" of testscript are refused: they pass a script that has not done its work.
A foreground program must not leave behind a process that holds its output; give such a program to bg.

The conditions, beside [exec:PROG]: [root], [vm] (in the project's virtual machine), [kernel:6.7] (at least),
[cgroup1:memory] and [cgroup2:memory] (the controller is available there; [cgroup2] alone: the hierarchy is mounted).

# Skips

A test that skips has proved nothing, so testdata/skips lists the skips we expect in each place, and any other fails.
Ordinary tests use [Skip] and [Root] instead of t.Skip, to take part. The expected ones are listed in one line at the end of
the run, and are added to the file that CTRKIT_SKIPS names, because go test keeps the output of a package that passes.

# Go functions

Scripts rest on [Run], which every test may use whose package has the TestMain

	func TestMain(m *testing.M) { sandbox.Main(m) }

It runs a function in a sandbox, by starting the test binary again in new namespaces and asking it for the present test;
so what stands before Run happens in both processes, and what is set before it is known in both:

	func TestPivot(t *testing.T) {
		sandbox.Root(t)
		sandbox.Run(t, func(t *sandbox.T) {
			// Mount things.
		})
	}

[Tools], called before, builds the tools. [T.TempDir] is on the sandbox's tmpfs and is never deleted through a mount.
[Promote] writes a file of the machine. As an ordinary user there are no namespaces: the same happens in a plain temporary directory and a process group.
*/
package sandbox
