package sandbox

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How long dying things are given: a link takes 20 ms to follow its namespace, a killed process until it is scheduled.
const (
	insideGrace  = time.Second
	machineGrace = 2 * time.Second
)

// insideState names everything that a test could leave behind in its sandbox.
func insideState() []string {
	var state []string
	for _, p := range otherProcesses() {
		state = append(state, fmt.Sprintf("process %d: %s", p.pid, p.cmdline))
	}
	return slices.Concat(state, mounts(), links(), namedNamespaces(), nftTables())
}

// newIn names what only the second state has.
func newIn(before, after []string) []string {
	var fresh []string
	for _, name := range after {
		if i := slices.Index(before, name); i >= 0 {
			before = slices.Delete(slices.Clone(before), i, i+1)
		} else {
			fresh = append(fresh, name)
		}
	}
	return fresh
}

// settle asks again until the answer is none or the time is up. None must be the answer twice: a process that is just
// becoming another program, or a table that somebody is changing, can be missed once.
func settle(grace time.Duration, ask func() []string) []string {
	none := 0
	for end := time.Now().Add(grace); ; time.Sleep(10 * time.Millisecond) {
		state := ask()
		if none++; len(state) > 0 {
			none = 0
		}
		if none == 2 || none == 0 && time.Now().After(end) {
			return state
		}
	}
}

// mounts are the lines of the mount table that tell one mount from another: where, what, and which part of it.
func mounts() []string {
	data, _ := os.ReadFile("/proc/self/mountinfo")
	var found []string
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if sep := slices.Index(f, "-"); sep > 4 && len(f) > sep+2 {
			found = append(found, fmt.Sprintf("mount %s: %s %s%s", f[4], f[sep+1], f[sep+2], strings.TrimSuffix(f[3], "/")))
		}
	}
	return found
}

// bridge is the one that stays when a container has been run, with the table of rules that is called after it.
const bridge = "ctr0"

// links are those of the network namespace, without that one.
func links() []string {
	ifaces, _ := net.Interfaces()
	var found []string
	for _, i := range ifaces {
		if i.Name != bridge {
			found = append(found, "link "+i.Name)
		}
	}
	return found
}

// namedNamespaces are those of "ip netns add".
func namedNamespaces() []string {
	names, _ := filepath.Glob("/run/netns/*")
	for i, name := range names {
		names[i] = "named network namespace " + filepath.Base(name)
	}
	return names
}

func nftTables() []string {
	if os.Geteuid() != 0 {
		return nil
	}
	out, err := exec.Command("nft", "list", "tables").Output()
	for range 20 {
		if err != nil { // somebody changed them meanwhile
			time.Sleep(20 * time.Millisecond)
			out, err = exec.Command("nft", "list", "tables").Output()
		}
	}
	if err != nil {
		return nil // it is not there
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "table inet ctr-out-"+bridge {
			found = append(found, "nft "+line)
		}
	}
	return found
}
