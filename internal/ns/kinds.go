package ns

import (
	"errors"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// flags are the CLONE_NEW* bits of the namespaces asked for.
func (u *Unshare) flags() (flags uint64) {
	for _, kind := range []struct {
		wanted bool
		flag   uint64
	}{
		{u.mount(), unix.CLONE_NEWNS},
		{u.Uts, unix.CLONE_NEWUTS},
		{u.Ipc, unix.CLONE_NEWIPC},
		{u.Net, unix.CLONE_NEWNET},
		{u.Pid, unix.CLONE_NEWPID},
		{u.Cgroup, unix.CLONE_NEWCGROUP},
	} {
		if kind.wanted || u.All {
			flags |= kind.flag
		}
	}
	return flags
}

func (u *Unshare) mount() bool { return u.Mount || u.All || u.MountProc != nil }

func (u *Unshare) forks() bool { return u.Fork || u.Pid || u.All || u.KillChild != nil }

// killChild is the signal for the child when we die, or 0 for none.
func (u *Unshare) killChild() unix.Signal {
	switch {
	case u.KillChild != nil:
		return unix.Signal(*u.KillChild)
	case u.Pid || u.All:
		return unix.SIGKILL
	}
	return 0
}

func (u *Unshare) procDir() string {
	if *u.MountProc == "" {
		return "/proc"
	}
	return *u.MountProc
}

// Check refuses options that would change what is not our own.
func (u *Unshare) Check() error {
	switch {
	case (u.Hostname != "" || u.Domainname != "") && !u.Uts && !u.All:
		return &chain.Hinted{
			Err:  errors.New("set host name: without --uts it would be the machine's"),
			Hint: "add --uts",
		}
	case len(u.Hostname) > 64 || len(u.Domainname) > 64:
		return errors.New("set host name: longer than the 64 bytes that the kernel keeps")
	case u.Propagation != "" && !u.mount():
		return &chain.Hinted{
			Err:  errors.New("set propagation: without --mount it would be the machine's"),
			Hint: "add --mount",
		}
	}
	return nil
}
