// Package priv gives up what a program could do beyond its work: capabilities, system
// calls, users, groups, open files, and the way to get any of it back.
//
// What the kernel lets a process do is asked in many places, and each has an answer of its
// own. None of them replaces another: a program without capabilities can still make every
// call that needs none, and a filter of calls knows nothing of files.
package priv

import (
	"embed"
	"fmt"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("priv", source) }

// Drop gives up privileges, and becomes the program.
type Drop struct {
	Caps     Caps   `placeholder:"default|none|all|LIST" help:"Capabilities to keep: default (eleven, what a container's root needs for its own files and users), none, all that we have, or names with commas."`
	CapAdd   []Cap  `sep:"none" placeholder:"CAP" help:"Keep one more, or ALL. Repeatable, as are the next two."`
	CapDrop  []Cap  `sep:"none" placeholder:"CAP" help:"Keep one less, or with ALL only those of --cap-add."`
	Ambient  []Cap  `sep:"none" placeholder:"CAP" help:"Give PROG a capability that we keep even if it is not root."`
	NewPrivs bool   `help:"Let PROG gain privileges by set-user-ID programs and file capabilities."`
	Seccomp  string `placeholder:"default|off|FILE" help:"System calls that PROG may make: default (an allow-list that depends on the capabilities), off (any), or a profile in the JSON of OCI and Docker, read in the root that we are in."`

	User     User     `short:"u" placeholder:"UID[:GID]|NAME[:GROUP]" help:"User and group to be. Names are those of /etc/passwd and /etc/group in the root that we are in."`
	Groups   []Group  `sep:"," placeholder:"GROUP" help:"Supplementary groups, instead of those that /etc/group gives the user. Without --user there are none, as far as the kernel lets us give them up."`
	GroupAdd []Group  `sep:"none" placeholder:"GROUP" help:"One more supplementary group. Repeatable."`
	Rlimit   []Rlimit `sep:"none" placeholder:"NAME=SOFT[:HARD]" help:"Resource limit, such as nofile=1024 or core=0:unlimited. Repeatable."`
	Umask    *Mode    `placeholder:"MODE" help:"Permissions that new files do not get, in octal."`
	Env      []string `sep:"none" placeholder:"NAME=VALUE" help:"Give PROG this variable, and of our environment nothing. Repeatable."`
	chain.Next

	tree []Layer // whose users these are; nothing for our own root
	home string  // that of the user that was asked for, once it is known
}

func (d *Drop) Name() string { return "priv-drop" }

// Check refuses options that contradict one another.
func (d *Drop) Check() error {
	if _, err := d.kept(^uint64(0)); err != nil {
		return err
	}
	seen := map[int]bool{}
	for _, limit := range d.Rlimit {
		if seen[limit.Resource] {
			return fmt.Errorf("limit %s: it is given twice", recipe.Resources[limit.Resource])
		}
		seen[limit.Resource] = true
	}
	return d.checkEnv()
}

// Lines records what is given up, in an order that is forced: what takes a privilege stands
// before the line that gives it up.
func (d *Drop) Lines(r *recipe.Recipe) error {
	before := found(r)
	caps, err := d.plan(before)
	if err != nil {
		return err
	}
	who, err := d.who()
	if err != nil {
		return err
	}
	calls, err := d.calls(caps.keep)
	if err != nil {
		return err
	}
	d.limits(r)
	caps.bound(r, before)
	d.identity(r, who, caps, calls != nil)
	caps.set(r, before, who.root(before), !d.NewPrivs, calls != nil)
	if !d.NewPrivs {
		//doc:no-new-privs
		// A set-user-ID program would bring everything back. From here on, execve grants
		// nothing: not to us, and to no descendant either. There is no way to undo this.
		r.PrSetNoNewPrivs()
	}
	if err := descriptors(r); err != nil {
		return err
	}
	if calls != nil {
		return load(r, calls)
	}
	return nil
}
