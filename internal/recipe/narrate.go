package recipe

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sys/unix"
)

// A Narrator tells of each line: the call as C source has it, why it is made,
// its manual page, and the classic command that does the same.
type Narrator struct {
	W    io.Writer
	JSON bool // one object per line, for other programs

	last    string          // where the comment of the last line stands
	told    map[string]bool // which comments have been printed
	skipped int             // calls of a loop that were not printed
}

// DryRun tells of every line and does none of them.
func (r *Recipe) DryRun() error {
	if r.err != nil {
		return r.err
	}
	out := bufio.NewWriter(r.Narrator.W)
	r.Narrator.W = out
	for _, l := range r.lines {
		r.Narrator.tell(l)
	}
	r.Narrator.Flush()
	return out.Flush()
}

// tell prints one line. In a loop the comment above the loop counts, and of the
// later rounds only the number of calls is printed, except in a search for the
// program, where the last line is the one that matters.
func (n *Narrator) tell(l *Line) {
	if n == nil {
		return
	}
	why := whyOf(l.caller)
	if n.JSON {
		n.object(l, why)
		return
	}
	if why.loop && why.where == n.last && l.name != "execve" {
		n.skipped++
		return
	}
	n.Flush()
	n.last = why.where
	fmt.Fprintf(n.W, "%-10s  %s\n", l.tool, inColumn(l.String(), l.Page()))
	if n.told[why.where] {
		if l.outside != nil {
			n.same(l)
		}
		return
	}
	if n.told == nil {
		n.told = make(map[string]bool)
	}
	n.told[why.where] = true
	n.indent(why.text)
	n.same(l)
	if l.notes != nil {
		for _, note := range l.notes() {
			n.indent(note)
		}
	}
	if l.because != "" {
		n.indent("on this machine: " + l.because)
	}
}

// same prints the classic command. Of outside work it is printed each time, for it
// is all that tells what was done.
func (n *Narrator) same(l *Line) {
	if same := l.Same(); same != "" {
		fmt.Fprintf(n.W, "%12ssame as: %s\n", "", same)
	}
}

// Flush says how many calls of a loop were not printed.
func (n *Narrator) Flush() {
	if n != nil && n.skipped > 0 {
		n.indent(fmt.Sprintf("... %d more", n.skipped))
		n.skipped = 0
	}
}

// indent prints a text below a call, in lines of a length that the eye can follow.
func (n *Narrator) indent(text string) {
	const width = 88
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			fmt.Fprintf(n.W, "%12s%s\n", "", line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	if line != "" {
		fmt.Fprintf(n.W, "%12s%s\n", "", line)
	}
}

// inColumn puts the manual page in a column of its own, where the call leaves
// room for it.
func inColumn(call, page string) string {
	if page == "" {
		return call
	}
	return fmt.Sprintf("%-76s %s", call, page)
}

// object prints the line as JSON.
func (n *Narrator) object(l *Line, why why) {
	texts := []string{}
	if l.outside != nil {
		texts = append(texts, l.object)
	}
	for _, a := range l.args {
		texts = append(texts, a.text())
	}
	tolerates := []string{}
	for _, errno := range l.tolerate {
		tolerates = append(tolerates, unix.ErrnoName(errno))
	}
	notes := []string{}
	if l.notes != nil {
		notes = l.notes()
	}
	json.NewEncoder(n.W).Encode(struct {
		Tool      string   `json:"tool"`
		Call      string   `json:"call"`
		Args      []string `json:"args"`
		Result    string   `json:"result,omitempty"`
		Outside   bool     `json:"outside,omitempty"`
		Why       string   `json:"why"`
		Page      string   `json:"page,omitempty"`
		Same      string   `json:"same,omitempty"`
		Because   string   `json:"because,omitempty"`
		Tolerates []string `json:"tolerates,omitempty"`
		Notes     []string `json:"notes,omitempty"`
	}{l.tool, l.name, texts, l.into.name, l.outside != nil, why.text, l.Page(), l.Same(), l.because, tolerates, notes})
}

// String is the line as C source has it.
func (l *Line) String() string {
	if l.outside != nil {
		return "[outside] " + strings.TrimSpace(l.name+" "+l.object)
	}
	texts := make([]string, len(l.args))
	for i, a := range l.args {
		texts[i] = a.text()
	}
	call := l.name + "(" + strings.Join(texts, ", ") + ")"
	if l.into.name != "" {
		call = l.into.name + " = " + call
	}
	return call
}

// Page is the manual page of the call.
func (l *Line) Page() string {
	if l.outside != nil {
		return ""
	}
	return l.name + "(2)"
}
