package cli

import (
	"os"
	"strings"

	"ctrkit/internal/recipe"
)

// becomesOther says who may be somebody else. In a user namespace it depends on how that
// was made.
func becomesOther(f *recipe.Failure) string {
	switch {
	case f.Tool != "priv-drop":
		return ""
	case os.Geteuid() != 0:
		return "only root can become somebody else: try sudo, or a user namespace by ns-unshare --user"
	case !rootOfMachine():
		return ""
	}
	return "root here lacks CAP_SETUID and CAP_SETGID, or a security module or seccomp filter forbids it"
}

// privilege says what it takes to give some privileges up.
func privilege(f *recipe.Failure) string {
	switch f.Call + " " + f.Object {
	case "prctl PR_CAPBSET_DROP", "prctl PR_SET_SECUREBITS":
		return "it takes CAP_SETPCAP to take from the bounding set: try sudo, or --cap-add ALL, which leaves that set as it is"
	case "prctl PR_CAP_AMBIENT":
		return "it must be permitted, and the secure bits must not forbid it"
	case "capset capabilities":
		return "one cannot give oneself a capability"
	case "prlimit64 nofile":
		return "it takes CAP_SYS_RESOURCE to raise a hard limit, and nobody gets above the sysctl fs.nr_open"
	}
	if f.Call == "prlimit64" {
		return "it takes CAP_SYS_RESOURCE to raise a hard limit"
	}
	return ""
}

// forSysctl is for a setting of the kernel.
func forSysctl(text string) func(*recipe.Failure) string {
	return func(f *recipe.Failure) string {
		if !strings.HasPrefix(f.Object, "/proc/sys/") {
			return ""
		}
		return text
	}
}
