package recipe

import (
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls that give up privileges.

// prctl sets one property of the thread. The kernel wants arguments that it does not use
// to be 0, and they are.
func (r *Recipe) prctl(option uintptr, called string, args ...arg) *Line {
	return r.call("prctl", unix.SYS_PRCTL, called, append([]arg{name(option, called)}, args...)...)
}

// PrCapbsetDrop takes a capability out of the bounding set. See PR_CAPBSET_DROP(2const).
func (r *Recipe) PrCapbsetDrop(c Capability) *Line {
	return r.prctl(unix.PR_CAPBSET_DROP, "PR_CAPBSET_DROP", name(uintptr(c), c.String()))
}

// PrCapAmbientRaise puts a capability into the ambient set. It must be in the permitted
// and in the inheritable set. See PR_CAP_AMBIENT(2const).
func (r *Recipe) PrCapAmbientRaise(c Capability) *Line {
	return r.prctl(unix.PR_CAP_AMBIENT, "PR_CAP_AMBIENT",
		name(unix.PR_CAP_AMBIENT_RAISE, "PR_CAP_AMBIENT_RAISE"), name(uintptr(c), c.String()), number(0), number(0))
}

// PrSetKeepcaps says whether a change of the user id leaves the permitted set alone, until
// the next execve. See PR_SET_KEEPCAPS(2const).
func (r *Recipe) PrSetKeepcaps(on int) *Line {
	return r.prctl(unix.PR_SET_KEEPCAPS, "PR_SET_KEEPCAPS", number(on))
}

// PrSetSecurebits sets how capabilities go with user ids. See PR_SET_SECUREBITS(2const).
func (r *Recipe) PrSetSecurebits(bits int) *Line {
	return r.prctl(unix.PR_SET_SECUREBITS, "PR_SET_SECUREBITS", securebits.arg(uint64(bits)))
}

// PrSetNoNewPrivs makes every later execve grant nothing. See PR_SET_NO_NEW_PRIVS(2const).
func (r *Recipe) PrSetNoNewPrivs() *Line {
	return r.prctl(unix.PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS", number(1), number(0), number(0), number(0))
}

// Capset sets the sets of the thread, of which each is a bit per capability. See capset(2).
func (r *Recipe) Capset(effective, permitted, inheritable uint64) *Line {
	header := &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := &[2]unix.CapUserData{
		{Effective: uint32(effective), Permitted: uint32(permitted), Inheritable: uint32(inheritable)},
		{Effective: uint32(effective >> 32), Permitted: uint32(permitted >> 32), Inheritable: uint32(inheritable >> 32)},
	}
	text := func() string {
		return fmt.Sprintf("{effective=%#x, permitted=%#x, inheritable=%#x}", effective, permitted, inheritable)
	}
	return r.call("capset", unix.SYS_CAPSET, "capabilities",
		arg{word: uintptr(unsafe.Pointer(header)), keep: header, text: func() string { return "{version=_LINUX_CAPABILITY_VERSION_3, pid=0}" }},
		arg{word: uintptr(unsafe.Pointer(data)), keep: data, text: text})
}

// classicProperty is the command that does the same to a property of a process.
func classicProperty(l *Line, words []string) string {
	switch l.name {
	case "prctl":
		return classicPrctl(words)
	case "prlimit64":
		return classicPrlimit(l)
	}
	return ""
}

// classicPrctl is what setpriv(1) calls the change of a property.
func classicPrctl(words []string) string {
	last := strings.ToLower(strings.TrimPrefix(words[min(2, len(words)-1)], "CAP_"))
	switch {
	case words[0] == "PR_SET_NO_NEW_PRIVS":
		return "setpriv --no-new-privs"
	case words[0] == "PR_CAPBSET_DROP":
		return "setpriv --bounding-set -" + last
	case words[1] == "PR_CAP_AMBIENT_RAISE":
		return "setpriv --ambient-caps +" + last
	}
	return ""
}

// PrGetPdeathsig is the signal that the process which will become the program has asked for
// at its parent's death: the child that the recipe clones, or we.
func (r *Recipe) PrGetPdeathsig() unix.Signal {
	if r.Clones() {
		return r.deathSignal
	}
	var signal int32
	unix.Prctl(unix.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&signal)), 0, 0, 0)
	return unix.Signal(signal)
}

// The bits of PR_SET_SECUREBITS, as in linux/securebits.h. Each has a lock, which is the
// next bit.
const (
	SECBIT_NOROOT          = 1 << 0
	SECBIT_NO_SETUID_FIXUP = 1 << 2
	SECBIT_KEEP_CAPS       = 1 << 4
)

var securebits = flagTable{
	{SECBIT_NOROOT, "SECBIT_NOROOT"},
	{SECBIT_NOROOT << 1, "SECBIT_NOROOT_LOCKED"},
	{SECBIT_NO_SETUID_FIXUP, "SECBIT_NO_SETUID_FIXUP"},
	{SECBIT_NO_SETUID_FIXUP << 1, "SECBIT_NO_SETUID_FIXUP_LOCKED"},
	{SECBIT_KEEP_CAPS, "SECBIT_KEEP_CAPS"},
	{SECBIT_KEEP_CAPS << 1, "SECBIT_KEEP_CAPS_LOCKED"},
	{1 << 6, "SECBIT_NO_CAP_AMBIENT_RAISE"},
	{1 << 7, "SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED"},
}
