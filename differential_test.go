package ctrkit_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ctrkit/internal/sandbox"
)

// A pair is a command line of ours, and one of unshare(1) or nsenter(1) that means the same. What the program sees inside
// must be the same, and so must its exit status.
type pair struct {
	ours   string // options; $NAME is a place of the world
	theirs string // their options, where util-linux writes them otherwise
	who    string // root or user; both if it is empty
	prog   string // what the shell inside does; it looks around if that is empty
	fails  bool   // the program does not run; where the tool refuses, with 1 or, if it is ours, 125
}

// A world is where pairs are compared.
type world struct {
	*sandbox.T
	dir    string
	tools  [2]string         // theirs and ours
	places map[string]string // values of $NAME
	names  map[string]string // names for namespaces that are neither new nor the host's
}

// users are the beginnings of a command line: of a root with groups too many, and of somebody who has no rights here.
var users = map[string][]string{
	"root": {"setpriv", "--groups", "7,8", "--"},
	"user": {"asuser"},
}

// compare runs both command lines of the pairs that are for a user, and looks for differences.
func (w *world) compare(who string, pairs []pair) {
	w.Helper()
	for _, p := range pairs {
		if p.who != "" && p.who != who {
			continue
		}
		if p.theirs == "" {
			p.theirs = p.ours
		}
		theirs, ours := w.seen(who, w.tools[0], p.theirs, p), w.seen(who, w.tools[1], p.ours, p)
		if p.prog == "" && !p.fails && !strings.Contains(strings.Join(theirs, "\n"), "link lo\n") {
			w.Errorf("%s: %s %s sees nothing:\n%s", who, w.tools[0], p.theirs, strings.Join(theirs, "\n"))
		}
		if err := difference(theirs, ours); err != nil {
			w.Errorf("%s: %s %s (-) is not %s %s (+):\n%v", who, w.tools[0], p.theirs, w.tools[1], p.ours, err)
		}
	}
}

// seen is what there is to be seen of a command line: what its program sees, and how it ends.
func (w *world) seen(who, tool, options string, p pair) []string {
	w.Helper()
	script := p.prog
	if script == "" {
		script = lookAround
	}
	for name, value := range w.places {
		options = strings.ReplaceAll(options, "$"+name, value)
	}
	words := slices.Concat(users[who], []string{tool}, strings.Fields(options),
		[]string{"--", "sh", "-c", script, "sh", "an  argument", ""})
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = w.dir, &stdout, &stderr
	cmd.Env = append(cmd.Environ(), "ODD=a  b=c", "EMPTY=")
	if err := cmd.Run(); cmd.ProcessState == nil {
		w.Fatal(err)
	}
	status := shellStatus(cmd)
	if p.fails {
		return refusal(tool, status, stdout.String(), stderr.String())
	}
	seen := normal(w.named(settled(stdout.String() + stderr.String())))
	return append(seen, fmt.Sprintf("status %d", status), w.kept())
}

// refusal is what an error of the tool itself looks like, or a program that it cannot run. The words are each tool's own.
func refusal(tool string, status int, stdout, stderr string) []string {
	end := fmt.Sprintf("status %d", status)
	if status == 1 && !strings.HasPrefix(tool, "ns-") || status == 125 && strings.HasPrefix(tool, "ns-") {
		end = "the status of an error"
	}
	return []string{end, fmt.Sprintf("something is printed: %t, and complained of: %t", stdout != "", stderr != "")}
}

// shellStatus is the status of a command as a shell tells it.
func shellStatus(cmd *exec.Cmd) int {
	if w := cmd.ProcessState.Sys().(syscall.WaitStatus); w.Signaled() {
		return 128 + int(w.Signal())
	}
	return cmd.ProcessState.ExitCode()
}

// named calls the namespaces of others by their names.
func (w *world) named(text string) string {
	for id, name := range w.names {
		kind, _, _ := strings.Cut(id, ":")
		text = strings.ReplaceAll(text, id+"\n", kind+": "+name+"\n")
	}
	return text
}

// TestRefusalIsNoSuccess makes sure that an error is not taken for what it is not.
func TestRefusalIsNoSuccess(t *testing.T) {
	good := refusal("unshare", 1, "", "unshare: no")
	for _, bad := range [][]string{
		refusal("ns-unshare", 1, "", "no"), refusal("ns-unshare", 125, "ran", "no"), refusal("ns-enter", 125, "", ""),
	} {
		if difference(good, bad) == nil {
			t.Errorf("%q passes for %q", bad, good)
		}
	}
}
