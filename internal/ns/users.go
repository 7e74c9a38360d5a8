package ns

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// Users says which ids a user namespace knows. See user_namespaces(7).
type Users struct {
	MapRootUser    bool      `short:"r" help:"Be root inside, as whom you are outside. Implies --user."`
	MapCurrentUser bool      `short:"c" help:"Be the same user inside as outside. Implies --user."`
	MapUsers       []Map     `sep:"none" placeholder:"INNER:OUTER:COUNT" help:"Let COUNT user ids from INNER stand for those from OUTER. Implies --user; repeatable."`
	MapGroups      []Map     `sep:"none" placeholder:"INNER:OUTER:COUNT" help:"The same for group ids."`
	MapAuto        bool      `help:"Map the subordinate ids that /etc/subuid and /etc/subgid grant. Implies --user."`
	Setgroups      Setgroups `placeholder:"allow|deny" help:"Whether supplementary groups may be given up inside."`
	Setuid         *uint32   `short:"S" placeholder:"UID" help:"Be user UID inside when PROG is run."`
	Setgid         *uint32   `short:"G" placeholder:"GID" help:"Be group GID inside, with no others, when PROG is run."`
}

// wantMaps reports whether an option asks for a map, and so for a user namespace.
func (u *Users) wantMaps() bool {
	return u.MapRootUser || u.MapCurrentUser || len(u.MapUsers) > 0 || len(u.MapGroups) > 0 || u.MapAuto
}

// check looks at what was asked for, not at what the kernel will grant.
func (u *Users) check() error {
	single := u.MapRootUser || u.MapCurrentUser
	switch {
	case u.MapRootUser && u.MapCurrentUser:
		return errors.New("map ids: one user cannot be both root and itself inside")
	case single && u.Setgroups == "allow" && len(u.MapGroups) == 0 && !u.MapAuto:
		return &chain.Hinted{
			Err: errors.New("allow setgroups: not with a single group mapped"),
			Hint: "giving up a group can open a file that the group is denied, so the kernel wants privileges " +
				"for it: use --map-groups or --map-auto",
		}
	}
	if err := checkIDs(u.Setuid, u.Setgid); err != nil {
		return err
	}
	if err := argv.CheckMaps("user", u.MapUsers); err != nil {
		return err
	}
	return argv.CheckMaps("group", u.MapGroups)
}

// maps records that the parent writes the maps of the child's user namespace. The
// child could map itself only: to give ids away one must have them.
func (u *Unshare) maps(r *recipe.Recipe) error {
	if !u.has(unix.CLONE_NEWUSER) {
		return nil
	}
	users, groups, err := u.Maps()
	if err != nil {
		return err
	}
	if policy := u.policy(groups); policy != "" {
		//doc:setgroups
		// Dropping a group can open a file that the group is denied. Who is given a
		// group id of his own choice must not be able to drop others first.
		r.Outside(writeProc("setgroups", string(policy)))
	}
	if len(groups) > 0 {
		// The same ids outside get other numbers inside, in this case those of groups.
		r.Outside(writeMap("gid_map", "newgidmap", os.Getegid(), groups))
	}
	if len(users) > 0 {
		//doc:uid-map
		// Inside, the program has these numbers and full power over the namespace.
		// Outside, it is still who the numbers stand for.
		r.Outside(writeMap("uid_map", "newuidmap", os.Geteuid(), users))
	}
	return nil
}

// policy is what to write to the setgroups file, "" for nothing. A single group
// may only be mapped by a process that has it if setgroups is denied.
func (u *Unshare) policy(groups []Map) Setgroups {
	unprivileged := os.Geteuid() != 0 || u.MapRootUser || u.MapCurrentUser
	if u.Setgroups == "" && unprivileged && onlyOwn(groups, os.Getegid()) {
		return "deny"
	}
	return u.Setgroups
}

// ids records who the program is.
func (u *Unshare) ids(r *recipe.Recipe) {
	if u.Setgid != nil {
		// Groups of the old user would still open doors.
		r.Setgroups()
		// The group comes before the user, who may not be allowed to change it.
		r.Setresgid(*u.Setgid)
	}
	if u.Setuid != nil {
		// With another user id than root's, the program starts without privileges.
		r.Setresuid(*u.Setuid)
	}
	if signal := u.killChild(); signal != 0 && (u.Setuid != nil || u.Setgid != nil) {
		// The kernel forgets the signal for the parent's death when the user or the
		// group changes.
		r.PrSetPdeathsig(signal)
		// If the parent died while it was forgotten, nobody can read this, and the child
		// ends here.
		r.TellParent()
	}
}

// Setgroups is allow or deny; empty leaves it to what the kernel demands.
type Setgroups string

func (s Setgroups) MarshalText() ([]byte, error) { return []byte(s), nil }

func (s *Setgroups) UnmarshalText(text []byte) error {
	if *s = Setgroups(text); *s != "allow" && *s != "deny" {
		return fmt.Errorf("%q is neither allow nor deny", text)
	}
	return nil
}
