package lint

import (
	"go/ast"
	"strings"
	"testing"
)

const (
	// longestFunc is what still fits on a screen together with the comment above it.
	longestFunc = 40
	// longestFile is one idea, read in one go.
	longestFile = 200
)

// sizes judges how long functions and files are. A test may be as long as its table, and so may a file that has no
// functions, because a list of the kernel's names is as long as the kernel made it.
func sizes(f *file) (complaints []string) {
	if f.test() {
		return nil
	}
	functions := 0
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			functions++
			if f.lines(n) > longestFunc {
				complaints = append(complaints, f.complain(n, "a function of %d lines; %d is the most", f.lines(n), longestFunc))
			}
		}
		return true
	})
	if functions > 0 && f.length() > longestFile {
		complaints = append(complaints, f.complain(f.ast.Name, "a file of %d lines; divide it, %d is the most", f.length(), longestFile))
	}
	return complaints
}

func TestSizes(t *testing.T) {
	body := func(n int) string { return strings.Repeat("\n\t_ = 0", n) }
	rule(sizes).tried(t,
		example{"a.go", "package a\n\nfunc f() {" + body(38) + "\n}\n", ""},
		example{"a.go", "package a\n\nfunc f() {" + body(39) + "\n}\n", "a function of 41 lines"},
		example{"a.go", "package a\n" + strings.Repeat("// why\n", 60) + "func f() {\n}\n", ""},
		example{"a.go", "package a\n\nvar f = func() {" + body(39) + "\n}\n", "a function of 41 lines"},
		example{"a_test.go", "package a\n\nfunc f() {" + body(39) + "\n}\n", ""},
		example{"a.go", "package a\n\nfunc f() {}\n" + strings.Repeat("\n", 200), "a file of 203 lines"},
		example{"a.go", "package a\n\nvar names = []string{" + strings.Repeat("\n\t\"name\",", 300) + "\n}\n", ""},
	)
	rule(sizes).everywhere(t)
}
