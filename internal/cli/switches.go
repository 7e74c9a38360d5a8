package cli

import (
	"os"
	"strings"
)

// switches are the ways in which a machine keeps user namespaces from its
// ordinary users.
var switches = []struct{ file, off, remedy string }{
	{"/proc/sys/user/max_user_namespaces", "0", "the limit user.max_user_namespaces is 0: as root, sysctl user.max_user_namespaces=10000"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "user namespaces are for root only here: as root, sysctl kernel.unprivileged_userns_clone=1"},
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor takes the privileges out of user namespaces here: as root, sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
}

// switchedOff says how user namespaces are switched off for us, or "".
func switchedOff() string {
	for _, s := range switches {
		text, err := os.ReadFile(s.file)
		if err == nil && strings.TrimSpace(string(text)) == s.off {
			return s.remedy
		}
	}
	text, _ := os.ReadFile("/proc/self/status")
	if strings.Contains(string(text), "\nSeccomp:\t2\n") {
		return "a seccomp filter stands in the way, as in most containers"
	}
	return ""
}
