package ctr

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/ns"
	"ctrkit/internal/recipe"
	"ctrkit/internal/root"
)

// Sharing is which namespaces a container shares with others, as docker run has it; that of
// the network has options of its own.
type Sharing struct {
	Pid    string `placeholder:"KIND" help:"Processes: private (default); host: the machine's; container:PID: those of a process's container."`
	Ipc    string `placeholder:"KIND" help:"System V IPC and message queues: private (default), host with its /dev/shm too, or container:PID."`
	Uts    string `placeholder:"KIND" help:"Host name: private (default), or host."`
	Userns string `placeholder:"KIND" help:"Users: host (root's default); auto: root inside is somebody without privileges outside (an ordinary user's default)."`
}

// alone is the kind that is not shared.
const alone = "private"

// private reports whether a container has a namespace for itself.
func private(kind string) bool { return kind == "" || kind == alone }

// checkKind wants one of the kinds that there are. That of another container ends in a pid.
func checkKind(what, kind string, kinds ...string) error {
	pid, other := strings.CutPrefix(kind, joined)
	switch {
	case kind == "" || slices.Contains(kinds, kind) && !other:
		return nil
	case !other || !slices.Contains(kinds, joined):
		last := len(kinds) - 1
		hint := "write " + strings.Join(kinds[:last], ", ") + ", or " + kinds[last]
		if kinds[last] == joined {
			hint += "PID"
		}
		return &chain.Hinted{Err: fmt.Errorf("choose %s %q: there is no such kind", what, kind), Hint: hint}
	case pid == "" || strings.Trim(pid, "0123456789") != "":
		return &chain.Hinted{Err: fmt.Errorf("join %s %s: a container is named by the pid of a process in it", what, kind), Hint: "write container:PID"}
	}
	return nil
}

// checkSharing wants kinds that there are, and nothing of what is shared to be changed.
func (c *Run) checkSharing() error {
	for _, err := range []error{
		checkKind("pid", c.Pid, alone, shared, joined),
		checkKind("ipc", c.Ipc, alone, shared, joined),
		checkKind("uts", c.Uts, alone, shared),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case c.Uts == shared && c.Hostname != "":
		return errors.New("set host name: with --uts host it would be the machine's")
	case c.Ipc == shared && c.ShmSize != 0:
		return errors.New("give room to /dev/shm: with --ipc host it is the machine's")
	case c.Init && !private(c.Pid):
		return fmt.Errorf("be init: with --pid %s there is one already", c.Pid)
	case c.Pidfile != "" && strings.HasPrefix(c.Pid, joined):
		return errors.New("write pid: with --pid container:PID it would be that of another world")
	}
	return c.checkUsers()
}

// namespaces is the step that makes the namespaces. That of the network is made by the
// cable's tool in a pipeline, and by us together with the others.
func (c *Run) namespaces() (*ns.Unshare, error) {
	unshare := &ns.Unshare{Sysctl: c.sysctls(), Init: c.Init}
	unshare.Pidfile = c.Pidfile
	if c.Uts != shared {
		unshare.Hostname = c.hostname()
	}
	if err := c.mapUsers(unshare); err != nil {
		return nil, err
	}
	if c.kind() == none && private(c.Pid) && private(c.Ipc) && c.Uts != shared {
		unshare.All = true
		return unshare, nil
	}
	kinds := []**string{&unshare.Mount, &unshare.Cgroup}
	if c.Uts != shared {
		kinds = append(kinds, &unshare.Uts)
	}
	if private(c.Ipc) {
		kinds = append(kinds, &unshare.Ipc)
	}
	if c.kind() == none {
		kinds = append(kinds, &unshare.Net)
	}
	switch {
	case private(c.Pid):
		kinds = append(kinds, &unshare.Pid)
	case c.Pid == shared:
		tie(unshare)
	}
	for _, kind := range kinds {
		*kind = new(string)
	}
	return unshare, nil
}

// tie makes the program a child that dies with us, where no pid namespace makes it one.
func tie(unshare *ns.Unshare) {
	kill := ns.Signal(unix.SIGKILL)
	unshare.Fork, unshare.KillChild = true, &kill
}

// checkOthers refuses a process that is where we are: what it shares is the machine's.
func (c *Run) checkOthers() error {
	for _, share := range []struct{ what, kind, file string }{
		{"network", c.kind(), "net"}, {"ipc", c.Ipc, "ipc"}, {"pid", c.Pid, "pid"},
	} {
		pid, ok := strings.CutPrefix(share.kind, joined)
		if !ok {
			continue
		}
		own, _ := os.Readlink("/proc/self/ns/" + share.file)
		if other, err := os.Readlink("/proc/" + pid + "/ns/" + share.file); err == nil && own == other {
			return &chain.Hinted{
				Err:  fmt.Errorf("join %s %s: it is the one that we are in", share.what, share.kind),
				Hint: fmt.Sprintf("name a process in the container: pgrep --parent %s shows it, if that is its ctr-run; the machine's own is --%s host", pid, share.what),
			}
		}
	}
	return nil
}

// outer are the steps that give the container its network, and what it shares with other
// containers.
func (c *Run) outer() (steps []chain.Step) {
	if c.link != nil {
		steps = append(steps, c.nat, c.link)
	}
	var enters []*ns.Enter
	for _, share := range []struct {
		kind   string
		option func(*ns.Kinds) **string
	}{
		{c.kind(), func(k *ns.Kinds) **string { return &k.Net }},
		{c.Ipc, func(k *ns.Kinds) **string { return &k.Ipc }},
		{c.Pid, func(k *ns.Kinds) **string { return &k.Pid }},
	} {
		pid, ok := strings.CutPrefix(share.kind, joined)
		if !ok {
			continue
		}
		i := slices.IndexFunc(enters, func(e *ns.Enter) bool { return e.Target == pid })
		if i < 0 {
			i, enters = len(enters), append(enters, &ns.Enter{Target: pid})
			steps = append(steps, enters[i])
		}
		*share.option(&enters[i].Kinds) = new(string)
		if ordinary() {
			// Only in the user namespace that the others belong to may one join them.
			enters[i].User = new(string)
		}
	}
	return steps
}

// enter records that namespaces of another container are joined. A pid namespace is joined
// by the child that the next step clones. In a pipeline it has one of its own.
func (c *Run) enter(r *recipe.Recipe, step *ns.Enter) error {
	step.NoFork = true
	err := step.Lines(r)
	step.NoFork = false
	return err
}

// sharedMemory is that of the machine, where it is shared: programs find one another's there
// by names, which no namespace holds.
func (c *Run) sharedMemory() []root.Bind {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); c.Ipc != shared || err != nil || !info.IsDir() {
		return nil
	}
	return []root.Bind{{Source: memory, Target: memory, Recursive: true}}
}

// Sealed keeps our program file out of the reach of those inside, where a process of ours is
// one that they may look into. An init of ours forbids that to all but who can trace anybody.
func (c *Run) Sealed() bool {
	return strings.HasPrefix(c.Pid, joined) || c.Init && c.drop().Keeps(unix.CAP_SYS_PTRACE)
}
