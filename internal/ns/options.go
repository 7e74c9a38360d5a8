package ns

import (
	"cmp"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// namespaces are those asked for, by name or by what another option implies.
func (u *Unshare) namespaces() []namespace {
	implied := map[string]bool{
		"mount": u.MountProc != nil,
		"user":  u.wantMaps(),
		"time":  u.offsets(),
	}
	return u.asked(func(name string) bool {
		return implied[name] || u.All && name != "user" && name != "time"
	})
}

func (u *Unshare) has(flag uint64) bool { return flagsOf(u.namespaces())&flag != 0 }

// forks reports whether the program is a child of ours: where the kernel gives a
// namespace to children only, and where somebody has to be left outside.
func (u *Unshare) forks() bool {
	for _, n := range u.namespaces() {
		if n.file != "" {
			return true
		}
	}
	return u.Fork || u.KillChild != nil || u.With != "" || u.Pidfile != "" || u.Hold != nil ||
		u.has(unix.CLONE_NEWPID|unix.CLONE_NEWUSER|unix.CLONE_NEWTIME)
}

// killChild is the signal for the child when we die, or 0 for none. A program that
// is a child only because the kernel wants it so ends with us, as if we had become
// it. A process that only holds namespaces is meant to outlive us.
func (u *Unshare) killChild() unix.Signal {
	switch {
	case u.Hold != nil:
		return 0
	case u.KillChild != nil:
		return unix.Signal(*u.KillChild)
	case u.has(unix.CLONE_NEWPID) || !u.Fork:
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

// Program is the shell if no program is given, as in unshare(1).
func (u *Unshare) Program() ([]string, chain.Root) {
	argv, root := u.Next.Program()
	if u.Root != "" {
		root = chain.NewRoot
	}
	if len(argv) == 0 && !u.Alone() {
		argv = chain.Shell()
	}
	return argv, root
}

// Alone reports whether there is no program to become.
func (u *Unshare) Alone() bool { return u.Forget != "" || u.Hold != nil }

// Check refuses options that would change what is not our own, and those that
// contradict one another.
func (u *Unshare) Check() error {
	argv, _ := u.Next.Program()
	switch {
	case u.Forget != "" && !u.onlyForgets():
		return fmt.Errorf("forget %s: nothing else is done, so other options and programs have no place here", u.Forget)
	case (u.Hostname != "" || u.Domainname != "") && !u.has(unix.CLONE_NEWUTS):
		return needs("set host name: without --uts it would be the machine's", "--uts")
	case len(u.Hostname) > 64 || len(u.Domainname) > 64:
		return errors.New("set host name: longer than the 64 bytes that the kernel keeps")
	case u.Propagation != "" && !u.has(unix.CLONE_NEWNS):
		return needs("set propagation: without --mount it would be the machine's", "--mount")
	case u.Setgroups != "" && !u.has(unix.CLONE_NEWUSER):
		return needs("set setgroups: it is a property of a user namespace", "--user")
	case u.Hold != nil && len(argv) > 0:
		return &chain.Hinted{
			Err:  fmt.Errorf("hold: no program is run, so %s has no place here", argv[0]),
			Hint: "a file for the pid follows an equals sign: --hold=FILE",
		}
	case u.Hold != nil && len(u.namespaces()) == 0:
		return needs("hold: no namespace is named", "--net and the like, or --all")
	case u.Init && !u.has(unix.CLONE_NEWPID):
		return needs("be init: only the first process of a pid namespace is one", "--pid")
	case u.Init && u.Hold != nil:
		return errors.New("be init: there is no program to be held")
	case u.HoldFor != 0 && u.Hold == nil:
		return needs(fmt.Sprintf("hold for %d: nothing is held", u.HoldFor), "--hold")
	}
	return cmp.Or(u.checkSysctls(), u.Users.check())
}

// needs is the error of an option that makes no sense without another.
func needs(what, option string) error {
	return &chain.Hinted{Err: errors.New(what), Hint: "add " + option}
}
