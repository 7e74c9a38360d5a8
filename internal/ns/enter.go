package ns

import (
	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// Enter joins the namespaces of a running process and becomes a program there.
// Options and their letters are those of nsenter(1).
type Enter struct {
	Target string `short:"t" placeholder:"PID|FILE" help:"Process to join, or a file with its pid in it."`
	Kinds
	All bool `short:"a" help:"All of the above that are not ours already."`

	Dirs
	Env        bool `short:"e" help:"Take the environment of the target instead of ours."`
	JoinCgroup bool `help:"Join the control groups of the target."`

	Setuid              *uint32 `short:"S" placeholder:"UID" help:"Be user UID inside. In another user namespace it is 0 unless told."`
	Setgid              *uint32 `short:"G" placeholder:"GID" help:"Be group GID inside, with no others. In another user namespace it is 0 unless told."`
	PreserveCredentials bool    `help:"Stay who we are, also in another user namespace."`
	NoFork              bool    `short:"F" help:"Become PROG also where only a child is in the pid namespace."`

	chain.Next
}

func (e *Enter) Name() string { return "ns-enter" }

// Sealed keeps our program file out of the reach of those inside.
func (e *Enter) Sealed() bool { return true }

// Program is the shell if no program is given, as in nsenter(1). It is looked up
// inside.
func (e *Enter) Program() ([]string, chain.Root) {
	argv, root := e.Next.Program()
	if len(argv) == 0 {
		argv = []string{"/bin/sh"}
	}
	if e.All || e.Mount != nil || e.Root != nil {
		root = chain.NewRoot
	}
	return argv, root
}

// Lines records what is opened outside, then the joining, then what is done
// inside.
func (e *Enter) Lines(r *recipe.Recipe) error {
	target, err := e.target()
	if err != nil {
		return err
	}
	joins, err := e.joins(target)
	if err != nil {
		return err
	}
	dirs, err := e.open(target)
	if err != nil {
		return err
	}
	if e.JoinCgroup {
		if err := joinCgroups(r, target); err != nil {
			return err
		}
	}
	if err := leaveDescriptors(r); err != nil {
		return err
	}
	e.join(r, joins)
	dirs.lines(r)
	e.ids(r, joins)
	return target.alive()
}

// join records the setns calls, in a child where the kernel wants one.
func (e *Enter) join(r *recipe.Recipe, joins []join) {
	flags := flagsOfJoins(joins)
	forChildren := flags&unix.CLONE_NEWPID != 0 && !e.NoFork
	if flags&(unix.CLONE_NEWUSER|unix.CLONE_NEWTIME) != 0 || forChildren {
		// A process with threads cannot join a user namespace or a time namespace, and a
		// Go program has threads. The child has one.
		r.Clone3(0)
		r.Join()
		// The program ends with us, as if we had become it.
		r.PrSetPdeathsig(unix.SIGKILL)
		// The parent may have died a moment before. Then nobody can read this, and
		// the child ends here.
		r.TellParent()
	} else if flags&unix.CLONE_NEWNS != 0 {
		// Threads share a root and a working directory, and joining a mount namespace
		// changes both. This thread stops sharing.
		r.Unshare(unix.CLONE_FS)
	}
	if flags&unix.CLONE_NEWUSER != 0 && !e.PreserveCredentials {
		// Inside, it may be forbidden to give up groups, and ours would be a present to
		// the owner of the namespace. So they go now, if we are allowed to.
		r.Setgroups().Tolerate(unix.EPERM)
	}
	// Whoever is inside could look into a process that has just come from outside.
	// Until it runs the program, nobody may.
	r.PrSetDumpable(0)
	//doc:setns
	// From here on this process is where the other one is.
	for _, j := range joins {
		r.Setns(j.fd, j.name, j.flags)
	}
	if forChildren {
		// A process keeps its pid, so a pid namespace is joined by children only.
		r.CloneAgain(0)
		// The second child needs the same promise as the first.
		r.PrSetPdeathsig(unix.SIGKILL)
		// And the same question: is the parent still there?
		r.TellParent()
	}
}

// leaveDescriptors records that what we inherited stays outside.
func leaveDescriptors(r *recipe.Recipe) error {
	fds, err := chain.Inherited()
	// A descriptor that came from outside is a way back there. It will close when the
	// program is run.
	for _, fd := range fds {
		r.FcntlCloexec(fd).Because("it was open when we were started")
	}
	return err
}

// ids records who the program is inside.
func (e *Enter) ids(r *recipe.Recipe, joins []join) {
	root := uint32(0)
	uid, gid := e.Setuid, e.Setgid
	entered := flagsOfJoins(joins)&unix.CLONE_NEWUSER != 0
	if entered && !e.PreserveCredentials {
		if uid == nil {
			uid = &root
		}
		if gid == nil {
			gid = &root
		}
	}
	if gid != nil {
		// The groups that we have outside mean nothing inside. Who may drop them neither
		// outside nor inside made the namespace himself, and gets nothing that is new.
		r.Setgroups().Tolerate(unix.EPERM)
		// The group comes before the user, who may not be allowed to change it.
		r.Setresgid(*gid)
	}
	if uid != nil {
		// With another user id than root's, the program starts without privileges.
		r.Setresuid(*uid)
	}
	if r.Clones() && (entered || uid != nil || gid != nil) {
		// The kernel forgets the signal for the parent's death when the user, the group
		// or the user namespace changes.
		r.PrSetPdeathsig(unix.SIGKILL)
		// If the parent died while it was forgotten, nobody can read this, and the child
		// ends here.
		r.TellParent()
	}
}
