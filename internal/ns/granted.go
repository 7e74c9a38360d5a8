package ns

import (
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"

	"ctrkit/internal/chain"
)

// The files that say who may give which ids away. See subuid(5).
const (
	subuid = "/etc/subuid"
	subgid = "/etc/subgid"
)

// grantedTo is the first range of subordinate ids of the user who runs us.
func grantedTo(file string) (Map, error) {
	uid := strconv.Itoa(os.Geteuid())
	name := uid
	if u, err := user.LookupId(uid); err == nil {
		name = u.Username
	}
	m, _, err := rangeOf(file, name, uid)
	if err == nil && m == nil {
		err = &chain.Hinted{
			Err:  fmt.Errorf("read %s: it grants nothing to %s", file, name),
			Hint: "as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + name,
		}
	}
	if err != nil {
		return Map{}, err
	}
	return *m, nil
}

// rangeOf is the first range of one of the owners, nil if there is none, and the first id
// that is granted to nobody and has only such above it.
func rangeOf(file string, owners ...string) (found *Map, free uint64, err error) {
	text, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return nil, 0, err
	}
	free = 100000 // what useradd(8) begins with
	for line := range strings.Lines(string(text)) {
		owner, ids, _ := strings.Cut(strings.TrimSpace(line), ":")
		ours := slices.Contains(owners, owner)
		var m Map
		if err := m.UnmarshalText([]byte("0:" + ids)); err != nil {
			if ours && found == nil {
				return nil, 0, fmt.Errorf("read %s: %w", file, err)
			}
			continue
		}
		free = max(free, uint64(m.Outer)+uint64(m.Count))
		if ours && found == nil {
			found = &m
		}
	}
	return found, free, nil
}

// ofContainers is who owns the ids of containers that root makes, by a convention that
// podman has as well.
const ofContainers = "containers"

// enough is how many ids a root file system has: those of 16 bits.
const enough = 65536

// GrantedToContainers is the range of ids that root may give to a container. It must be the
// same for users and groups, because files are shown by one map for both.
func GrantedToContainers() (m Map, err error) {
	var found [2]*Map
	var free [2]uint64
	for i, file := range []string{subuid, subgid} {
		for _, owner := range []string{ofContainers, "root"} {
			if found[i] == nil {
				found[i], free[i], err = rangeOf(file, owner)
			}
			if err != nil {
				return m, err
			}
		}
	}
	users, groups := found[0], found[1]
	switch {
	case users == nil || groups == nil:
		line := fmt.Sprintf("%s:%d:%d", ofContainers, max(free[0], free[1]), enough)
		return m, &chain.Hinted{
			Err:  fmt.Errorf("find ids: %s and %s grant none to %s", subuid, subgid, ofContainers),
			Hint: "as root: echo " + line + " | tee -a " + subuid + " " + subgid,
		}
	case users.Outer != groups.Outer:
		return m, &chain.Hinted{
			Err:  fmt.Errorf("find ids: those of users begin with %d, and those of groups with %d", users.Outer, groups.Outer),
			Hint: "files are shown by one map for both: grant " + ofContainers + " the same range in " + subuid + " and " + subgid,
		}
	}
	return Map{Outer: users.Outer, Count: min(users.Count, groups.Count, enough)}, nil
}
