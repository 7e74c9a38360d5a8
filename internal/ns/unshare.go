// Package ns gives programs namespaces of their own.
//
// A namespace makes a part of what the kernel manages for the whole machine,
// such as the host name, the mounts or the process ids, look private to the
// processes inside it. See namespaces(7).
package ns

import (
	"embed"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("ns", source) }

// Unshare makes new namespaces, fits them so that a program can work in them,
// and becomes the program. Options and their letters are those of unshare(1).
type Unshare struct {
	Mount  bool `short:"m" help:"New mount namespace: mounts made inside are not seen outside."`
	Uts    bool `short:"u" help:"New UTS namespace: host name and domain name."`
	Ipc    bool `short:"i" help:"New IPC namespace: System V IPC and POSIX message queues."`
	Net    bool `short:"n" help:"New network namespace, with nothing in it but lo, which is up."`
	Pid    bool `short:"p" help:"New pid namespace: PROG is its pid 1. Implies --fork."`
	Cgroup bool `short:"C" help:"New cgroup namespace: our own control group looks like the root."`
	All    bool `help:"All of the above."`

	Fork      bool    `short:"f" help:"Run PROG as a child and wait for it, instead of becoming it."`
	KillChild *Signal `type:"optional" placeholder:"SIGNAL" help:"Kill the child when we die, or send it =SIGNAL. Implies --fork; default with --pid."`

	Propagation Propagation `placeholder:"MODE" help:"Propagation of the mounts: private (default), slave, shared or unchanged."`
	MountProc   *string     `type:"optional" placeholder:"DIR" help:"Mount a /proc, or =DIR, that shows the processes of the pid namespace. Implies --mount."`
	Hostname    string      `placeholder:"NAME" help:"Set the host name inside. Needs --uts."`
	Domainname  string      `placeholder:"NAME" help:"Set the NIS domain name inside. Needs --uts."`
	Wd          string      `short:"w" placeholder:"DIR" help:"Change to DIR before PROG is run."`

	chain.Next
}

func (u *Unshare) Name() string { return "ns-unshare" }

// Program is the shell if no program is given, as in unshare(1).
func (u *Unshare) Program() ([]string, chain.Root) {
	argv, root := u.Next.Program()
	if len(argv) == 0 {
		argv = chain.Shell()
	}
	return argv, root
}

// Lines records the new namespaces first, then what is done inside them.
func (u *Unshare) Lines(r *recipe.Recipe) error {
	u.leave(r)
	u.mounts(r)
	u.names(r)
	u.network(r)
	if u.Wd != "" {
		// A working directory set only now is looked up among the new mounts.
		r.Chdir(u.Wd)
	}
	return nil
}

// leave makes the namespaces.
func (u *Unshare) leave(r *recipe.Recipe) {
	if !u.forks() {
		// From here on this process sees its own copy of what these namespaces
		// hold; the rest of the machine keeps the original.
		r.Unshare(u.flags())
		return
	}
	//doc:pid
	// A process keeps its pid for life, so a pid namespace is only ever entered by
	// being born in it.
	r.Clone3(u.flags())
	if signal := u.killChild(); signal != 0 {
		// Nobody would wait for a child that outlives us. When its parent dies, the
		// kernel now kills it, and with a pid 1 its whole namespace.
		r.PrSetPdeathsig(signal)
		// The parent may have died a moment before. Then nobody can read this, and
		// the child ends here.
		r.TellParent()
	}
}

// mounts sets the propagation before anything is mounted.
func (u *Unshare) mounts(r *recipe.Recipe) {
	if !u.mount() {
		return
	}
	//doc:propagation
	if flag := u.Propagation.flag(); flag != 0 {
		// A new mount namespace is a copy whose mounts still belong to the peer groups
		// of the originals: without this, what is mounted inside could appear outside.
		r.Mount("", "/", "", unix.MS_REC|flag, "")
	}
	if u.MountProc != nil {
		//doc:proc
		// A /proc shows the pid namespace of whoever mounted it, so the old one would
		// go on showing the machine's processes.
		r.Mount("proc", u.procDir(), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	}
}

// names sets the names that a UTS namespace holds.
func (u *Unshare) names(r *recipe.Recipe) {
	if u.Hostname != "" {
		//doc:hostname
		// Only the processes in this UTS namespace see the new host name.
		r.Sethostname(u.Hostname)
	}
	if u.Domainname != "" {
		// The NIS domain name, not the one of DNS, is the other name that a UTS namespace holds.
		r.Setdomainname(u.Domainname)
	}
}

// network switches the loopback on.
func (u *Unshare) network(r *recipe.Recipe) {
	if !u.Net && !u.All {
		return
	}
	// Links are changed through a socket, and a socket belongs to the network
	// namespace that it was made in.
	socket := r.Socket("sock")
	// A new network namespace has one link, lo, and it is down: not even 127.0.0.1
	// would answer.
	r.LinkUp(socket, "lo")
	// The program has no use for our socket.
	r.Close(socket)
}
