package ns

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// Outside is what is done to the new namespaces by somebody who is not in them.
type Outside struct {
	With    string  `placeholder:"CMD" help:"Run CMD outside, by sh -c, with the state of the new process on its standard input, before PROG goes on."`
	Hold    *string `type:"optional" help:"Run no PROG: leave a process that holds the namespaces, print its state, and return. =FILE gets its pid."`
	HoldFor int     `placeholder:"PID" help:"Hold them until process PID has ended, instead of the process that called us."`
	Pidfile string  `placeholder:"FILE" help:"Write the pid of PROG to FILE, which is removed when it has ended. Implies --fork."`
	Forget  string  `placeholder:"FILE" help:"Let go of a namespace that FILE was made to keep. Nothing else is done."`
}

// forget records the end of a namespace that a file keeps.
func (u *Unshare) forget(r *recipe.Recipe) error {
	var system unix.Statfs_t
	if err := unix.Statfs(u.Forget, &system); err != nil {
		return fmt.Errorf("forget %s: %w", u.Forget, err)
	}
	if system.Type != unix.NSFS_MAGIC {
		return fmt.Errorf("forget %s: it keeps no namespace", u.Forget)
	}
	// A namespace lives as long as a process is in it or a mount shows it. This was
	// such a mount.
	r.Umount2(u.Forget, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
	return nil
}

// onlyForgets reports whether nothing but --forget was asked for.
func (u *Unshare) onlyForgets() bool {
	return reflect.DeepEqual(u, &Unshare{Outside: Outside{Forget: u.Forget}})
}

// outside records what the parent does while the child waits, last of all.
func (u *Unshare) outside(r *recipe.Recipe) error {
	for _, n := range u.namespaces() {
		if n.file != "" {
			//doc:keep
			// A namespace lives as long as a process is in it or a mount shows it. The
			// file is where it is shown.
			r.Outside(keep(n))
		}
	}
	if u.With != "" {
		//doc:with
		// A process cannot plug its own network in: whoever holds the other end of the
		// cable must be outside. The child waits until that is done.
		r.Outside(with(u.With))
	}
	u.WritePid(r)
	if u.Hold != nil {
		return u.hold(r)
	}
	return nil
}

// WritePid records that a file gets the pid of the child.
func (u *Unshare) WritePid(r *recipe.Recipe) {
	if u.Pidfile != "" {
		// Whoever finds the file can join the namespaces: they are complete.
		r.Outside(pidfile(u.Pidfile))
	}
}

// keep binds a namespace of the child to a file.
func keep(n namespace) recipe.Outside {
	link := func(pid int) string { return fmt.Sprintf("/proc/%d/ns/%s", pid, n.proc) }
	return recipe.Outside{
		Name: "keep " + n.name + " namespace", Object: n.file,
		Same: "mount --bind /proc/$PID/ns/" + n.proc + " " + n.file,
		Do: func(pid int) error {
			if err := chain.OwnProc(); err != nil {
				return err
			}
			err := unix.Mount(link(pid), n.file, "", unix.MS_BIND, "")
			if err == unix.ENOENT {
				return &chain.Hinted{Err: err, Hint: "the file that is to keep it must exist: touch " + n.file}
			}
			if err == unix.EINVAL && n.name == "mount" {
				return &chain.Hinted{Err: err, Hint: "a mount namespace is kept only on a mount that is not shared: " +
					"mount --bind DIR DIR; mount --make-private DIR, for the directory of the file. " +
					"Linux 6.18 may also refuse it on one processor and not on another: try again"}
			}
			return err
		},
		Undo:  func() error { return unix.Unmount(n.file, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW) },
		Stays: true,
	}
}

// with runs a command of the user's.
func with(command string) recipe.Outside {
	return recipe.Outside{
		Name: "run", Object: strings.ReplaceAll(strings.TrimSpace(command), "\n", "; "), Same: command,
		Do: func(pid int) error {
			state, err := chain.NewState(pid)
			if err != nil {
				return err
			}
			cmd := exec.Command("/bin/sh", "-c", command)
			cmd.Stdin = strings.NewReader(state)
			cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
			var exit *exec.ExitError
			err = cmd.Run()
			if errors.As(err, &exit) && exit.Exited() {
				return fmt.Errorf("it ended with status %d", exit.ExitCode())
			}
			return err
		},
	}
}

// pidfile writes the pid of the child to a file, all of it or nothing.
func pidfile(file string) recipe.Outside {
	return recipe.Outside{
		Name: "write", Object: file, Same: "echo $PID > " + file,
		Do: func(pid int) error {
			if info, err := os.Lstat(file); err == nil && !info.Mode().IsRegular() {
				return errors.New("there is something else than a file")
			}
			draft := file + "." + strconv.Itoa(pid)
			f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if err == nil {
				_, err = fmt.Fprintln(f, pid)
				if err = cmp.Or(err, f.Close()); err == nil {
					err = os.Rename(draft, file)
				}
			}
			if err != nil {
				os.Remove(draft)
				return errors.Unwrap(err)
			}
			return nil
		},
		Undo: func() error { return os.Remove(file) },
	}
}
