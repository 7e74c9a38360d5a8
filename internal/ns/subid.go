package ns

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// ranges are the maps that the options ask for: those given, what /etc/subuid or
// its sister grants, and our own id.
func (u *Users) ranges(what string, given []Map, id int, grants string) (maps []Map, err error) {
	maps = given
	if u.MapAuto {
		granted, err := grantedTo(grants)
		if err != nil {
			return nil, err
		}
		maps = append([]Map{granted}, given...)
	}
	inner := uint32(0)
	if u.MapCurrentUser {
		inner = uint32(id)
	}
	switch {
	case !u.MapRootUser && !u.MapCurrentUser:
	case len(maps) == 0:
		maps = []Map{{Inner: inner, Outer: uint32(id), Count: 1}}
	default:
		maps = append(around(inner, uint32(id), maps[0]), maps[1:]...)
	}
	return maps, argv.CheckMaps(what, maps)
}

// onlyOwn reports whether maps let a single id, our own, stand for another.
func onlyOwn(maps []Map, id int) bool {
	return len(maps) == 1 && maps[0].Count == 1 && maps[0].Outer == uint32(id)
}

// Maps are those of users and of groups that the options ask for.
func (u *Users) Maps() (users, groups []Map, err error) {
	if users, err = u.ranges("user", u.MapUsers, os.Geteuid(), subuid); err == nil {
		groups, err = u.ranges("group", u.MapGroups, os.Getegid(), subgid)
	}
	return users, groups, err
}

// writeMap has a map written: by us where we may, or else by the setuid program
// that looks at /etc/subuid or its sister first.
func writeMap(file, helper string, id int, maps []Map) recipe.Outside {
	lines := ""
	words := []string{}
	for _, m := range maps {
		lines += fmt.Sprintf("%d %d %d\n", m.Inner, m.Outer, m.Count)
		words = append(words, strings.Fields(fmt.Sprint(m.Inner, m.Outer, m.Count))...)
	}
	if onlyOwn(maps, id) || os.Geteuid() == 0 {
		return writeProc(file, lines)
	}
	return recipe.Outside{
		Name: "run", Object: helper, Same: helper + " $PID " + strings.Join(words, " "),
		Do: func(pid int) error { return run(helper, append([]string{strconv.Itoa(pid)}, words...)) },
	}
}

func run(helper string, args []string) error {
	var complaint bytes.Buffer
	cmd := exec.Command(helper, args...)
	cmd.Stderr = &complaint
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return &chain.Hinted{Err: errors.New("not found"), Hint: "it is in the package uidmap; a single id of your own needs none"}
	case err != nil && complaint.Len() > 0:
		text := strings.ReplaceAll(strings.TrimSpace(complaint.String()), "\n", "; ")
		return errors.New(strings.TrimPrefix(text, helper+": "))
	}
	return err
}

// writeProc writes to a file of the child in /proc.
func writeProc(file, text string) recipe.Outside {
	same := strings.ReplaceAll(strings.TrimSpace(text), "\n", `\n`)
	return recipe.Outside{
		Name: "write", Object: file, Same: fmt.Sprintf("echo '%s' > /proc/$PID/%s", same, file),
		Do: func(pid int) error {
			if err := chain.OwnProc(); err != nil {
				return err
			}
			f, err := os.OpenFile(fmt.Sprintf("/proc/%d/%s", pid, file), os.O_WRONLY, 0)
			if err != nil {
				return errors.Unwrap(err)
			}
			defer f.Close()
			if _, err := f.WriteString(text); err != nil {
				return errors.Unwrap(err)
			}
			return nil
		},
	}
}
