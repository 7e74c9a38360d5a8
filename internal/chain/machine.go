package chain

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
)

// firstMountNamespaces are what /proc may call the mount namespace that the
// kernel began with: a number that is fixed in newer kernels (MNT_NS_INIT_INO in
// linux/nsfs.h), and before that one of the first that were given out.
var firstMountNamespaces = []string{"mnt:[4026531832]", "mnt:[4026531840]", "mnt:[4026531841]"}

//doc:own-mounts

// OwnMounts refuses a mount namespace that is not ours alone. A mount made there
// is everybody's, and pivot_root moves every process in it to the new root. A new
// pid namespace is no excuse: after `ns-unshare --pid` the mounts are still the
// machine's.
func OwnMounts() error {
	ours, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		return &Hinted{Err: err, Hint: "mount a /proc, so that it can be told whose mounts would change"}
	}
	if !slices.Contains(firstMountNamespaces, ours) && !sharedWithPid1() {
		return nil
	}
	return &Hinted{
		Err:  errors.New("change mounts: this mount namespace is the machine's, or pid 1 is in it too"),
		Hint: "put ns-unshare " + ownUser() + "--mount -- before the command",
	}
}

// ownUser is what an ordinary user needs besides.
func ownUser() string {
	if os.Geteuid() == 0 {
		return ""
	}
	return "--map-root-user "
}

// OwnProc refuses a /proc that shows another pid namespace than ours: what we call
// process 7 would be somebody else in it.
func OwnProc() error {
	pid, err := os.Readlink("/proc/self")
	if err != nil || pid != strconv.Itoa(os.Getpid()) {
		return &Hinted{
			Err:  errors.New("look into /proc: it is missing, or shows another pid namespace than ours"),
			Hint: "mount one that shows ours, as ns-unshare --mount-proc does",
		}
	}
	return nil
}

// sharedWithPid1 compares the first mount of both, unless pid 1 is us. A mount is
// in one namespace only, and its number in no other list. The links in
// /proc/PID/ns would say the same, but even root may not always read those of pid 1.
func sharedWithPid1() bool {
	if pid, err := os.Readlink("/proc/self"); err == nil && pid == "1" {
		return false
	}
	ours, theirs := firstMount("self"), firstMount("1")
	return ours == theirs && ours != ""
}

func firstMount(pid string) string {
	text, _ := os.ReadFile("/proc/" + pid + "/mountinfo")
	number, _, _ := strings.Cut(string(text), " ")
	return number
}
