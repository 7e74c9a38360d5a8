// Package lint holds the rules of the house that a compiler does not know: who imports whom, how long a function
// may be, what a main looks like. It is all tests. Each rule is a function from a file to complaints, and each is
// shown a bad example before it judges the tree, so that none can pass by looking at nothing.
package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// root is the checkout, seen from this package's directory, where go test runs us.
const root = "../.."

// A file is one Go source file under judgement.
type file struct {
	path string // from the checkout, with slashes: internal/ns/unshare.go
	fset *token.FileSet
	ast  *ast.File
}

func (f *file) dir() string         { return path.Dir(f.path) }
func (f *file) test() bool          { return strings.HasSuffix(f.path, "_test.go") }
func (f *file) length() int         { return f.fset.File(f.ast.FileStart).LineCount() }
func (f *file) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }

// lines is how many lines a node fills on the page, from its first to its last.
func (f *file) lines(n ast.Node) int { return f.fset.Position(n.End()).Line - f.line(n) + 1 }

// complain writes a complaint the way the compiler does, so that editors can jump to it.
func (f *file) complain(n ast.Node, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", f.path, f.line(n), fmt.Sprintf(format, args...))
}

// A rule judges one file. No complaints, good file.
type rule func(*file) []string

// everywhere applies a rule to every Go file of the checkout.
func (r rule) everywhere(t *testing.T) {
	t.Helper()
	seen := 0
	walk(t, func(name string, src []byte) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		seen++
		for _, complaint := range r(parse(t, name, string(src))) {
			t.Error(complaint)
		}
	})
	if seen == 0 {
		t.Error("no Go file found: the rule has judged nothing")
	}
}

// An example is a file made up to try a rule on. An empty complaint means the rule must be content.
type example struct{ path, src, complaint string }

// tried asserts that a rule says of each example what it should.
func (r rule) tried(t *testing.T, examples ...example) {
	t.Helper()
	for _, e := range examples {
		got := strings.Join(r(parse(t, e.path, e.src)), "\n")
		switch {
		case e.complaint == "" && got != "":
			t.Errorf("%s is good, but the rule says %q", e.path, got)
		case !strings.Contains(got, e.complaint):
			t.Errorf("%s is bad, but the rule says %q, not %q", e.path, got, e.complaint)
		}
	}
}

func parse(t *testing.T, name, src string) *file {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return &file{name, fset, tree}
}

// walk visits every file of the checkout but those that git and the build keep for themselves.
func walk(t *testing.T, visit func(name string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err = filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if d.IsDir() && (name == ".git" || name == "bin") {
			return filepath.SkipDir
		}
		if name == ".git" || !d.Type().IsRegular() {
			return nil // in a worktree it is a file
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			visit(filepath.ToSlash(name), content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
