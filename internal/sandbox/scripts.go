package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Scripts runs every script of a directory as a parallel subtest in a sandbox of its own. With update, a cmp that
// differs rewrites the file in the script instead of failing.
func Scripts(t *testing.T, dir string, update bool) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s", dir)
	}
	Tools(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			Run(t, func(t *T) { runScript(t, file, update) })
		})
	}
}

// runScript runs one script, here in the sandbox.
func runScript(t *T, file string, update bool) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkScript(string(source)); err != nil {
		t.Fatalf("%s:%v", file, err)
	}
	s := &script{child: inside, background: map[string]*program{}, source: string(source)}
	if !update {
		s.run(t, file, false)
		return
	}
	// Testscript rewrites the file itself, and can do that only here.
	copied := filepath.Join(inside.work, filepath.Base(file))
	if err := os.WriteFile(copied, source, 0o644); err != nil {
		t.Fatal(err)
	}
	s.run(t, copied, true)
	if content, err := os.ReadFile(copied); err == nil && !bytes.Equal(content, source) {
		Promote(t, file, content)
	}
}

func (s *script) run(t *T, file string, update bool) {
	testscript.RunT(scriptT{t}, testscript.Params{
		Files: []string{file},
		// A root of our own also keeps testscript from deleting the work directory: it would delete what is mounted there.
		WorkdirRoot:        s.child.work,
		Setup:              s.setup,
		Cmds:               s.commands(),
		Condition:          Condition,
		UpdateScripts:      update,
		RequireUniqueNames: true,
	})
	// A script that failed does not come here.
	for name := range s.background {
		t.Errorf("%s was started by bg, and nothing asked by end how it went", name)
	}
}

// scriptT is what testscript sees of a T. Run does not fan out: there is one script, and we are in its subtest already.
type scriptT struct{ *T }

func (t scriptT) Parallel()                          {}
func (t scriptT) Run(_ string, f func(testscript.T)) { f(t) }
func (t scriptT) Verbose() bool                      { return testing.Verbose() }

// Log keeps the script's log for the parent. Its first line would name the work directory, which nobody can visit.
func (t scriptT) Log(args ...any) {
	for _, arg := range args {
		log, _ := arg.(string)
		if strings.HasPrefix(log, "WORK=") {
			_, log, _ = strings.Cut(log, "\n")
		}
		inside.result.Log += log
	}
}

// Skip is the script command skip.
func (t scriptT) Skip(args ...any) {
	reason := "no reason given"
	if len(args) > 0 {
		reason, _ = args[0].(string)
	}
	Skip(t.T, reason)
}
