// Package ns gives programs namespaces of their own, or those of other programs.
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
	Kinds
	All bool `help:"All of the above but user and time."`

	Fork      bool    `short:"f" help:"Run PROG as a child and wait for it, instead of becoming it."`
	KillChild *Signal `type:"optional" help:"Kill the child when we die, or send it =SIGNAL. Implies --fork; default with --pid, and wherever PROG must be a child."`

	Init bool `help:"Leave a process as pid 1 that passes signals on to PROG and reaps orphans. Needs --pid."`

	Users
	Clock

	Propagation Propagation `placeholder:"MODE" help:"Propagation of the mounts: private (default), slave, shared or unchanged."`
	Root        string      `short:"R" placeholder:"DIR" help:"Make DIR look like the root, by chroot(2)."`
	MountProc   *string     `type:"optional" help:"Mount a /proc, or =DIR, that shows the processes of the pid namespace. Implies --mount."`
	Hostname    string      `placeholder:"NAME" help:"Set the host name inside. Needs --uts."`
	Domainname  string      `placeholder:"NAME" help:"Set the NIS domain name inside. Needs --uts."`
	Sysctl      []Sysctl    `sep:"none" placeholder:"NAME=VALUE" help:"Setting of the kernel that one of the new namespaces has, such as net.ipv4.ip_forward=1. Repeatable."`
	Wd          string      `short:"w" placeholder:"DIR" help:"Change to DIR before PROG is run."`

	Outside

	chain.Next
}

func (u *Unshare) Name() string { return "ns-unshare" }

// Lines records the new namespaces first, then what is done inside them.
func (u *Unshare) Lines(r *recipe.Recipe) error {
	if u.Forget != "" {
		return u.forget(r)
	}
	if err := u.leave(r); err != nil {
		return err
	}
	u.mounts(r)
	u.names(r)
	u.network(r)
	u.Settings(r)
	u.directories(r)
	u.ids(r)
	if err := u.outside(r); err != nil {
		return err
	}
	u.init(r)
	return nil
}

// mounts sets the propagation before anything is mounted.
func (u *Unshare) mounts(r *recipe.Recipe) {
	if !u.has(unix.CLONE_NEWNS) {
		return
	}
	//doc:propagation
	switch u.Propagation {
	case "", "private":
		// A new mount namespace is a copy whose mounts still belong to the peer groups
		// of the originals: without this, what is mounted inside could appear outside.
		r.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	case "slave":
		// What is mounted outside still appears inside, and nothing goes back.
		r.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, "")
	case "shared":
		// What is mounted inside appears in every copy of this namespace, and outside
		// too where the mount above it was shared before.
		r.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "")
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
		// The NIS domain name, not the one of DNS, is the other name that a UTS
		// namespace holds.
		r.Setdomainname(u.Domainname)
	}
}

// network switches the loopback on.
func (u *Unshare) network(r *recipe.Recipe) {
	if !u.has(unix.CLONE_NEWNET) {
		return
	}
	// Links are changed through a socket, and a socket belongs to the network
	// namespace that it was made in.
	socket := r.Socket("sock")
	//doc:lo
	// A new network namespace has one link, lo, and it is down: not even 127.0.0.1
	// would answer.
	r.LinkUp(socket, "lo")
	// The program has no use for our socket.
	r.Close(socket)
}

// directories sets what paths mean to the program.
func (u *Unshare) directories(r *recipe.Recipe) {
	if u.Root != "" {
		// Paths begin at another directory from here on. The old root is still
		// mounted, though, and a privileged program can find its way back.
		r.Chroot(u.Root)
		// A working directory outside the new root would be the first way back.
		r.Chdir("/")
	}
	if u.MountProc != nil {
		//doc:proc
		// A /proc shows the pid namespace of whoever mounted it, so the old one would
		// go on showing the machine's processes.
		r.Mount("proc", u.procDir(), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	}
	if u.Wd != "" {
		//doc:wd
		// A working directory set only now is looked up among the new mounts.
		r.Chdir(u.Wd)
	}
}
