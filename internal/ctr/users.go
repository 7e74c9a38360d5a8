package ctr

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/ns"
	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

// automatic is the user namespace in which root is somebody else outside.
const automatic = "auto"

// ordinary reports whether we are not root. What makes a container takes privileges, and an
// ordinary user has them in a user namespace only.
func ordinary() bool { return os.Geteuid() != 0 }

// ownUsers reports whether the container has a user namespace of its own.
func (c *Run) ownUsers() bool { return c.shifted() || ordinary() && c.others() == "" }

// others is the container that namespaces are shared with, or "".
func (c *Run) others() string {
	for _, kind := range []string{c.Network.Network, c.Ipc, c.Pid} {
		if pid, ok := strings.CutPrefix(kind, joined); ok {
			return pid
		}
	}
	return ""
}

// shifted reports whether its ids are others than those that the files have on the disk, so
// that the files must be shown to belong to others.
func (c *Run) shifted() bool { return c.Userns == automatic && !ordinary() }

// checkUsers wants a kind that there is.
func (c *Run) checkUsers() error {
	switch {
	case c.Userns == shared && ordinary():
		return &chain.Hinted{
			Err:  errors.New("choose userns host: an ordinary user has privileges in a user namespace only"),
			Hint: "leave it out",
		}
	case c.Userns != "" && c.Userns != shared && c.Userns != automatic:
		return &chain.Hinted{
			Err: fmt.Errorf("choose userns %q: there is no such kind", c.Userns),
			Hint: "write auto, by which root inside is a user without privileges outside, or host, which is root's default; " +
				"--user UID keeps PROG from being root at all",
		}
	}
	return nil
}

// mapUsers gives the container ids.
func (c *Run) mapUsers(unshare *ns.Unshare) error {
	switch {
	case c.shifted():
		ids, err := ns.GrantedToContainers()
		if err == nil && !proc.Kernel(5, 19) {
			err = errors.New("show files of other owners: a union of such layers takes Linux 5.19")
		}
		if err != nil {
			return err
		}
		root := uint32(0)
		c.ids = []argv.Map{ids}
		unshare.MapUsers, unshare.MapGroups, unshare.Setuid, unshare.Setgid = c.ids, c.ids, &root, &root
	case c.ownUsers():
		unshare.MapRootUser = true
		if c.single == nil {
			c.single = c.lonely()
		}
		unshare.MapAuto = c.single == nil
	default:
		return nil
	}
	users, groups, err := unshare.Maps()
	if err != nil {
		return err
	}
	for i, s := range unshare.Sysctl {
		if s == ping {
			unshare.Sysctl[i].Value = "0 " + fmt.Sprint(last(groups))
		}
	}
	return c.checkIDs(users, groups)
}

// remedy is the hint of an error, as the end of a sentence.
func remedy(err error) string {
	var hinted *chain.Hinted
	if errors.As(err, &hinted) {
		return ": " + hinted.Hint
	}
	return ""
}

// refusedIDs reports whether the ids that were granted could not be had all the same. Then
// one must do.
func (c *Run) refusedIDs(err error) bool {
	var failure *recipe.Failure
	if c.single != nil || !errors.As(err, &failure) || !ordinary() || failure.Call != "run" || !strings.HasPrefix(failure.Object, "new") {
		return false
	}
	c.single = err
	return true
}
