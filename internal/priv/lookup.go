package priv

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"ctrkit/internal/chain"
)

// who finds out who the program will be.
func (d *Drop) who() (who identity, err error) {
	user, group, _ := strings.Cut(string(d.User), ":")
	if user != "" {
		if who, err = d.user(user, group); err != nil {
			return who, err
		}
		d.home = who.home // that of the caller would be somebody else's
	}
	if len(d.Groups) > 0 {
		who.groups, who.asked = nil, true
	}
	for _, g := range slices.Concat(d.Groups, d.GroupAdd) {
		gid, err := d.group(string(g))
		if err != nil {
			return who, err
		}
		who.asked = true
		if !slices.Contains(who.groups, gid) {
			who.groups = append(who.groups, gid)
		}
	}
	const most = 65536 // NGROUPS_MAX
	if len(who.groups) > most {
		return who, fmt.Errorf("set groups: %d are more than the %d that the kernel takes", len(who.groups), most)
	}
	return who, nil
}

// IDs are the users and groups that the program will be.
func (d *Drop) IDs() (uids, gids []uint32, err error) {
	who, err := d.who()
	if who.uid != nil {
		uids, gids = []uint32{*who.uid}, []uint32{*who.gid}
	}
	return uids, append(gids, who.groups...), err
}

// user finds a user and, unless a group is named, the groups that the user is in. Only a
// name must have an entry; with two numbers the files are not even opened.
func (d *Drop) user(user, group string) (who identity, err error) {
	uid, numeric, err := number(user)
	if err != nil {
		return who, err
	}
	gid, groupNumeric, err := number(group)
	if err != nil {
		return who, err
	}
	who = identity{uid: &uid, gid: &gid, asked: true, home: "/"}
	if numeric && groupNumeric {
		return who, nil
	}
	entry, err := d.entry("/etc/passwd", func(e entry) bool {
		id, err := e.id(2)
		return !numeric && e.name() == user || numeric && err == nil && id == uid
	})
	switch {
	case err != nil && !(numeric && os.IsNotExist(err)):
		return who, &chain.Hinted{Err: fmt.Errorf("find user %s: %w", user, err), Hint: "UID:GID, two numbers, needs no files"}
	case entry == nil && !numeric:
		return who, &chain.Hinted{Err: fmt.Errorf("find user %s: /etc/passwd has no such user", user), Hint: "UID:GID, two numbers, needs no files"}
	}
	if entry != nil {
		if uid, gid, err = entry.ids(); err != nil {
			return who, err
		}
		who.home = entry.home()
	}
	if group != "" {
		gid, err = d.group(group)
		return who, err
	}
	if entry == nil {
		return who, nil
	}
	who.groups, err = d.memberships(entry.name())
	return who, err
}

// group finds the number of a group.
func (d *Drop) group(group string) (gid uint32, err error) {
	gid, numeric, err := number(group)
	if err != nil || numeric {
		return gid, err
	}
	entry, err := d.entry("/etc/group", func(e entry) bool { return e.name() == group })
	if err != nil {
		return 0, fmt.Errorf("find group %s: %w", group, err)
	}
	if entry == nil {
		return 0, fmt.Errorf("find group %s: /etc/group has no such group", group)
	}
	return entry.id(2)
}

// memberships are the groups whose list of members has the user.
func (d *Drop) memberships(user string) (groups []uint32, err error) {
	text, err := d.read("/etc/group")
	if err != nil {
		if os.IsNotExist(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("find groups of %s: %w", user, err)
	}
	for line := range strings.Lines(text) {
		e := parseEntry(line)
		if len(e) < 4 || !slices.Contains(strings.Split(e[3], ","), user) {
			continue
		}
		gid, err := e.id(2)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(groups, gid) {
			groups = append(groups, gid)
		}
	}
	return groups, nil
}

// An entry is a line of passwd(5) or group(5), at its colons.
type entry []string

func parseEntry(line string) entry { return strings.Split(strings.TrimSuffix(line, "\n"), ":") }

// entry finds the first line that fits. It is nil if there is none.
func (d *Drop) entry(file string, fits func(entry) bool) (entry, error) {
	text, err := d.read(file)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(text) {
		if e := parseEntry(line); len(e) >= 4 && fits(e) {
			return e, nil
		}
	}
	return nil, nil
}

func (e entry) name() string { return e[0] }

// home is the home directory, or / where the entry has none.
func (e entry) home() string {
	if len(e) > 5 && e[5] != "" {
		return e[5]
	}
	return "/"
}

func (e entry) ids() (uid, gid uint32, err error) {
	if uid, err = e.id(2); err == nil {
		gid, err = e.id(3)
	}
	return uid, gid, err
}

// id reads a number of an entry.
func (e entry) id(field int) (uint32, error) {
	id, ok, err := number(e[field])
	if err == nil && !ok {
		err = fmt.Errorf("id %q: it is no number", e[field])
	}
	if err != nil {
		return 0, fmt.Errorf("read the entry of %s: %w", e[0], err)
	}
	return id, nil
}
