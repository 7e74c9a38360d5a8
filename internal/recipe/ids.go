package recipe

import (
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls that change who a process is.

// Setresuid sets the real, effective and saved user id. See setresuid(2).
func (r *Recipe) Setresuid(uid uint32) *Line {
	id := number(int(uid))
	return r.call("setresuid", unix.SYS_SETRESUID, strconv.Itoa(int(uid)), id, id, id)
}

// Setresgid sets the real, effective and saved group id. See setresgid(2).
func (r *Recipe) Setresgid(gid uint32) *Line {
	id := number(int(gid))
	return r.call("setresgid", unix.SYS_SETRESGID, strconv.Itoa(int(gid)), id, id, id)
}

// Setgroups sets the supplementary groups. See setgroups(2).
func (r *Recipe) Setgroups(groups ...uint32) *Line {
	texts := make([]string, len(groups))
	for i, g := range groups {
		texts[i] = strconv.Itoa(int(g))
	}
	list := null
	if len(groups) > 0 {
		list = arg{
			word: uintptr(unsafe.Pointer(&groups[0])), keep: groups,
			text: func() string { return "[" + strings.Join(texts, ", ") + "]" },
		}
	}
	return r.call("setgroups", unix.SYS_SETGROUPS, strings.Join(texts, ","), number(len(groups)), list)
}

// PrSetDumpable says whether other processes may look into this one. See
// PR_SET_DUMPABLE(2const).
func (r *Recipe) PrSetDumpable(on int) *Line {
	return r.call("prctl", unix.SYS_PRCTL, "PR_SET_DUMPABLE",
		name(unix.PR_SET_DUMPABLE, "PR_SET_DUMPABLE"), number(on))
}
