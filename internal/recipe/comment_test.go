package recipe

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// recording are the methods that record a line.
func recording() map[string]bool {
	methods := map[string]bool{}
	recipe := reflect.TypeFor[*Recipe]()
	for i := range recipe.NumMethod() {
		m := recipe.Method(i)
		if m.Type.NumOut() == 1 && (m.Type.Out(0) == reflect.TypeFor[*Line]() || m.Type.Out(0) == reflect.TypeFor[Slot]()) {
			methods[m.Name] = true
		}
	}
	return methods
}

// Every call that any package records has a comment that tells why, or --explain
// would have nothing to say.
func TestEveryRecordedCallIsExplained(t *testing.T) {
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	methods, found := recording(), 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "../recipe/") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		for _, line := range recordedAt(t, file, methods) {
			found++
			why := commentAbove(lines, line-1)
			if why.text == "" {
				t.Errorf("%s:%d: no comment says why: %s", file, line, strings.TrimSpace(lines[line-1]))
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d recorded calls were found: this test is blind", found)
	}
}

// recordedAt lists the lines of a file on which a recipe named r records a call, or which are named as the place that says
// why. A call that has another place for that needs no comment itself.
func recordedAt(t *testing.T, file string, methods map[string]bool) (lines []int) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := map[*ast.CallExpr]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if inner, ok := method.X.(*ast.CallExpr); ok && method.Sel.Name == "From" {
			elsewhere[inner] = true
		}
		if pkg, ok := method.X.(*ast.Ident); ok && pkg.Name == "recipe" && method.Sel.Name == "Here" {
			lines = append(lines, set.Position(call.Pos()).Line)
		}
		if !methods[method.Sel.Name] || elsewhere[call] {
			return true
		}
		if receiver, ok := method.X.(*ast.Ident); ok && receiver.Name == "r" {
			lines = append(lines, set.Position(call.Pos()).Line)
		}
		return true
	})
	return lines
}

func TestCommentAbove(t *testing.T) {
	source := strings.Split(`func f() {
	// One
	// comment.
	//doc:anchor
	direct()
	// Of the loop.
	for range 3 {
		inLoop()
		if x {
			deeper()
		}
	}
	// Of the condition.
	if x {
		inIf()
	}
	nothing()
}`, "\n")
	for at, want := range map[int]why{
		4:  {text: "One\ncomment.", where: "4"},
		7:  {text: "Of the loop.", where: "6", loop: true},
		9:  {text: "Of the loop.", where: "6", loop: true},
		14: {text: "Of the condition.", where: "13"},
		16: {},
	} {
		if got := commentAbove(source, at); got != want {
			t.Errorf("%s: got %+v, want %+v", strings.TrimSpace(source[at]), got, want)
		}
	}
}
