package ctr

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/ns"
)

// lonely says why an ordinary user has no ids but one.
func (c *Run) lonely() error {
	if _, _, err := (&ns.Unshare{Users: ns.Users{MapAuto: true}}).Maps(); err != nil {
		return err
	}
	for _, helper := range []string{"newuidmap", "newgidmap"} {
		if _, err := exec.LookPath(helper); err != nil {
			return &chain.Hinted{Err: fmt.Errorf("find %s: not found", helper), Hint: "it is in the package uidmap"}
		}
	}
	return nil
}

// checkIDs wants the users and groups that were asked for to be known in the container.
func (c *Run) checkIDs(users, groups []argv.Map) error {
	uids, gids, err := c.drop().IDs()
	if err != nil {
		return err
	}
	for _, ids := range []struct {
		what   string
		wanted []uint32
		maps   []argv.Map
	}{{"user", uids, users}, {"group", gids, groups}} {
		for _, id := range ids.wanted {
			if known(id, ids.maps) {
				continue
			}
			err := fmt.Errorf("become %s %d: the container knows only %s", ids.what, id, spans(ids.maps))
			if c.single == nil {
				return err
			}
			return &chain.Hinted{Err: err, Hint: c.single.Error() + remedy(c.single)}
		}
	}
	if c.single != nil && len(c.GroupAdd) > 0 {
		return &chain.Hinted{Err: errors.New("add groups: with a single group mapped the kernel lets nobody change them"), Hint: c.single.Error() + remedy(c.single)}
	}
	return nil
}

func known(id uint32, maps []argv.Map) bool {
	for _, m := range maps {
		if id >= m.Inner && id-m.Inner < m.Count {
			return true
		}
	}
	return false
}

// spans are the ids that maps know.
func spans(maps []argv.Map) string {
	var texts []string
	for _, m := range maps {
		text := fmt.Sprint(m.Inner)
		if m.Count > 1 {
			text += fmt.Sprintf("-%d", m.Inner+(m.Count-1))
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// last is the last id of those that follow one another from 0 on.
func last(maps []argv.Map) (id uint32) {
	for known(id+1, maps) {
		for _, m := range maps {
			if known(id+1, []argv.Map{m}) {
				id = m.Inner + (m.Count - 1)
			}
		}
	}
	return id
}
