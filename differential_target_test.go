package ctrkit_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// targets are the processes that are entered, made by unshare(1). A script prepares each before it goes to sleep.
var targets = []struct {
	name, who, options, script string
}{
	// Another machine, but for its users; and one with another root.
	{"MACHINE", "root", "-muinpCTf --boottime 5000", "hostname box; mount -t tmpfs marker /mnt; cd /mnt; exec sleep 1000"},
	{"CHROOT", "root", "-mf", `exec chroot "$ROOT" sh -c "cd /usr; exec sleep 1000"`},
	// Users that root has made, with many ids, and those of an ordinary user, with one.
	{"MANY", "root", "--map-auto -r -muinpCf", "hostname many; exec sleep 1000"},
	{"OWN", "user", "-r -muinpCTf --monotonic 3000", "hostname own; cd /usr; exec sleep 1000"},
}

// populate starts the targets.
func (w *world) populate() {
	for _, target := range targets {
		words := slices.Concat(users[target.who], []string{"unshare", "--kill-child"}, strings.Fields(target.options),
			[]string{"sh", "-c", target.script})
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Env = append(cmd.Environ(), "ROOT="+w.places["ROOT"])
		if err := cmd.Start(); err != nil {
			w.Fatal(err)
		}
		w.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		pid := w.asleep(cmd.Process.Pid)
		w.places[target.name] = pid
		w.name(pid, "that of "+target.name)
	}
}

// name gives a name to the namespaces of a process in which we are not.
func (w *world) name(pid, name string) {
	links, _ := filepath.Glob("/proc/" + pid + "/ns/*")
	for _, link := range links {
		id, err := os.Readlink(link)
		if err != nil {
			w.Fatal(err)
		}
		if ours, _ := os.Readlink("/proc/self/ns/" + filepath.Base(link)); id != ours {
			w.names[id] = name
		}
	}
}

// asleep waits until a process has a child that sleeps, and returns the child's pid.
func (w *world) asleep(parent int) (pid string) {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", parent))
		pid = strings.TrimSpace(string(children))
		if comm, _ := os.ReadFile("/proc/" + pid + "/comm"); pid != "" && string(comm) == "sleep\n" {
			return pid
		}
	}
	w.Fatal("a target does not go to sleep")
	return ""
}
