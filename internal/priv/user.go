package priv

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A User is UID[:GID] or NAME[:GROUP], as with docker run. A number is a number, even if a
// user has it for a name.
type User string

func (u User) MarshalText() ([]byte, error) { return []byte(u), nil }

func (u *User) UnmarshalText(text []byte) error {
	*u = User(text)
	user, group, colon := strings.Cut(string(text), ":")
	if user == "" || colon && group == "" || strings.Contains(group, ":") {
		return fmt.Errorf("%q is neither UID[:GID] nor NAME[:GROUP]", text)
	}
	if _, _, err := number(user); err != nil {
		return err
	}
	_, _, err := number(group)
	return err
}

// A Group is a number or a name.
type Group string

func (g Group) MarshalText() ([]byte, error) { return []byte(g), nil }

func (g *Group) UnmarshalText(text []byte) error {
	*g = Group(text)
	if len(text) == 0 {
		return fmt.Errorf("a group without a name")
	}
	_, _, err := number(string(text))
	return err
}

// number reads an id. The kernel counts to 4294967294, but programs keep ids in signed
// numbers, and setresuid takes 4294967295 for "leave as it is".
func number(text string) (id uint32, ok bool, err error) {
	if strings.Trim(text, "0123456789") != "" || text == "" {
		return 0, false, nil
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > math.MaxInt32 {
		return 0, false, fmt.Errorf("id %s: ids are from 0 to %d", text, math.MaxInt32)
	}
	return uint32(n), true, nil
}

// An identity is who the program will be.
type identity struct {
	uid, gid *uint32 // nil for who we are already
	groups   []uint32
	asked    bool   // for the groups, so that to keep others would be an error
	home     string // "" if that of the caller is left
}

// root reports whether it is user 0.
func (i identity) root(before state) bool {
	if i.uid == nil {
		return before.root
	}
	return *i.uid == 0
}

// identity records who the program is. What it takes to become somebody else is gone when
// one has, so groups come first.
func (d *Drop) identity(r *recipe.Recipe, who identity, k keeping, filter bool) {
	signal := r.PrGetPdeathsig()
	//doc:groups
	// Supplementary groups open files like any other, and nothing else gives them up: a
	// change of user leaves them all.
	line := r.Setgroups(who.groups...)
	if !who.asked {
		line.Tolerate(unix.EPERM)
	}
	if who.gid != nil {
		// The group comes before the user, who may not be allowed to change it.
		r.Setresgid(*who.gid)
	}
	if who.uid != nil {
		if *who.uid != 0 && (k.ambient != 0 || d.NewPrivs && filter) {
			// Who leaves user 0 behind loses every capability at that moment. Some of them are
			// needed once more below.
			r.PrSetKeepcaps(1)
		}
		//doc:uid
		// All three ids change: a saved one that is still 0 would be a way back.
		r.Setresuid(*who.uid).Noting(func() []string { return []string{"HOME is " + who.home} })
	}
	if signal != 0 && (who.uid != nil || who.gid != nil) {
		rearm(r, signal)
	}
}

// rearm asks once more for the signal at the parent's death.
func rearm(r *recipe.Recipe, signal unix.Signal) {
	parent := unix.Getppid()
	// The kernel forgets the signal for the parent's death when the user or the group
	// changes, and a program that somebody wanted to die with him would live on.
	r.PrSetPdeathsig(signal)
	if r.Clones() {
		// If the parent died while it was forgotten, nobody can read this, and the child
		// ends here.
		r.TellParent()
		return
	}
	// If the parent has died while it was forgotten, no signal will come.
	r.Outside(recipe.Outside{Name: "look for", Object: "parent", Do: func(int) error {
		if unix.Getppid() != parent {
			return fmt.Errorf("it has ended")
		}
		return nil
	}})
}
