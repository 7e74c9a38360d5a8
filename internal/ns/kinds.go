package ns

import "golang.org/x/sys/unix"

// Kinds says which kinds of namespace an option was given for: nil for none, and
// a file where the option has one.
type Kinds struct {
	Mount  *string `short:"m" type:"optional" help:"Mount namespace: what is mounted where. Each of these takes =FILE, which keeps or is the namespace."`
	Uts    *string `short:"u" type:"optional" help:"UTS namespace: host name and domain name."`
	Ipc    *string `short:"i" type:"optional" help:"IPC namespace: System V IPC and POSIX message queues."`
	Net    *string `short:"n" type:"optional" help:"Network namespace: links, addresses, routes, ports."`
	Pid    *string `short:"p" type:"optional" help:"Pid namespace: process ids, of which PROG gets a new one."`
	Cgroup *string `short:"C" type:"optional" help:"Cgroup namespace: which control group looks like the root."`
	User   *string `short:"U" type:"optional" help:"User namespace: user and group ids, and privileges."`
	Time   *string `short:"T" type:"optional" help:"Time namespace: the clocks since boot."`
}

// A namespace is one that was asked for. Its file is "" if none was named.
type namespace struct {
	name string // of the option
	proc string // of the link in /proc/PID/ns
	flag uint64
	file string
}

// asked lists the namespaces that the options name, and of the others those that
// all says. The user namespace is first: it decides what one may do to the rest.
func (k *Kinds) asked(all func(name string) bool) (list []namespace) {
	for _, kind := range []struct {
		namespace
		option *string
	}{
		{namespace{"user", "user", unix.CLONE_NEWUSER, ""}, k.User},
		{namespace{"mount", "mnt", unix.CLONE_NEWNS, ""}, k.Mount},
		{namespace{"uts", "uts", unix.CLONE_NEWUTS, ""}, k.Uts},
		{namespace{"ipc", "ipc", unix.CLONE_NEWIPC, ""}, k.Ipc},
		{namespace{"net", "net", unix.CLONE_NEWNET, ""}, k.Net},
		{namespace{"pid", "pid", unix.CLONE_NEWPID, ""}, k.Pid},
		{namespace{"cgroup", "cgroup", unix.CLONE_NEWCGROUP, ""}, k.Cgroup},
		{namespace{"time", "time", unix.CLONE_NEWTIME, ""}, k.Time},
	} {
		if kind.option != nil {
			kind.file = *kind.option
		} else if !all(kind.name) {
			continue
		}
		list = append(list, kind.namespace)
	}
	return list
}

// flagsOf are the CLONE_NEW* bits of namespaces.
func flagsOf(list []namespace) (flags uint64) {
	for _, n := range list {
		flags |= n.flag
	}
	return flags
}
