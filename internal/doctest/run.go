package doctest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ctrkit/internal/sandbox"
)

// Run runs the sessions of a chapter, or of a tool's package comment, in one shell of this sandbox. With update, the file
// is rewritten with what was printed.
func Run(t *sandbox.T, file string, update bool) {
	d, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, cond := range d.needs {
		if !holds(t, cond) {
			sandbox.Skip(t, "needs ["+cond+"]")
		}
	}
	sh, err := startShell(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer sh.stop()
	prepare(t, sh, filepath.Join(filepath.Dir(file), "examples.sh"))
	r := &reader{T: t, document: d, sh: sh, names: bindings{}}
	sessions := r.readAlong()
	if r.steps == 0 {
		t.Fatalf("%s: nothing in it was run", file)
	}
	if update && r.differences > 0 && !t.Failed() {
		d.replace(sessions)
		sandbox.Promote(t, file, d.bytes())
	} else if r.differences > 0 {
		t.FailNow()
	}
}

// prepare runs what stands beside the document for things that its reader is supposed to have already.
func prepare(t *sandbox.T, sh *shell, file string) {
	commands, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if printed, status, err := sh.run(string(commands)); err != nil || status != 0 {
		t.Fatalf("%s: status %d, %v\n%s", file, status, err, strings.Join(printed, "\n"))
	}
}

// Check reads a chapter without running it: is every block of it marked?
func Check(file string) error {
	d, err := read(file)
	if err != nil {
		return err
	}
	for _, b := range d.blocks {
		if _, err := b.steps(); err != nil {
			return err
		}
	}
	return nil
}

// A reader goes through a document and does as it says.
type reader struct {
	*sandbox.T
	*document
	sh          *shell
	names       bindings
	steps       int
	differences int
}

// readAlong runs every block, and returns each as it should have been.
func (r *reader) readAlong() [][]string {
	sessions := make([][]string, len(r.blocks))
	for i, b := range r.blocks {
		steps, err := b.steps()
		if err != nil {
			r.Fatalf("%s: %v", r.file, err)
		}
		if slices.ContainsFunc(b.conds, func(cond string) bool { return !holds(r.T, cond) }) {
			continue
		}
		for _, s := range steps {
			sessions[i] = append(sessions[i], r.try(s).render()...)
		}
	}
	return sessions
}

// try runs one step, reports how it differs from what is expected, and returns it as it was.
func (r *reader) try(s step) step {
	r.steps++
	got, status, err := r.sh.run(s.command())
	if err != nil {
		r.Fatalf("%s:%d: %s\n%v\n%s", r.file, s.line, s.source[0], err, strings.Join(got, "\n"))
	}
	names, ok := r.names.match(s.want, got)
	if ok && status == s.status {
		r.names = names
		return s
	}
	r.differences++
	r.Logf("%s:%d: %s\nexpected (-) and printed (+), exit status %d (want %d):\n%s",
		r.file, s.line, s.source[0], status, s.status, r.names.report(s.want, got))
	s.status = status
	if !ok {
		s.want = r.names.promote(s.want, got)
		names, ok = r.names.match(s.want, got)
	}
	if ok {
		r.names = names
	}
	return s
}

// holds answers a condition, or its contrary.
func holds(t *sandbox.T, cond string) bool {
	cond, negated := strings.CutPrefix(cond, "!")
	yes, err := sandbox.Condition(cond)
	if err != nil {
		t.Fatalf("condition [%s]: %v", cond, err)
	}
	return yes != negated
}
