package lint

import (
	"go/ast"
	"go/token"
	"path"
	"strings"
	"testing"
)

// mains judges what lies in cmd: a directory per tool with a main.go, in it the man page as the package's comment and
// one call of cli.Main. It may embed its own text, to be printed as help. Whatever a tool does is done by a package that ctr-run can use as well.
func mains(f *file) (complaints []string) {
	if !strings.HasPrefix(f.path, "cmd/") || f.test() {
		return nil
	}
	tool := path.Base(f.dir())
	if path.Base(f.path) != "main.go" {
		complaints = append(complaints, f.complain(f.ast.Name, "a tool is one main.go: move this to its mechanism"))
	}
	if !strings.Contains(strings.ToLower(f.ast.Doc.Text()), tool) {
		complaints = append(complaints, f.complain(f.ast.Name, "no man page: the package's comment should say what %s does", tool))
	}
	for _, decl := range f.ast.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			if d.Tok == token.IMPORT || embeds(d) {
				continue
			}
		case *ast.FuncDecl:
			if d.Name.Name == "main" && oneCall(d.Body) {
				continue
			}
		}
		complaints = append(complaints, f.complain(decl, "a main is imports, perhaps an embedded text, and one call of cli.Main"))
	}
	return complaints
}

// embeds says whether a declaration is of a file that the compiler puts into the program.
func embeds(d *ast.GenDecl) bool {
	return d.Doc != nil && strings.HasPrefix(d.Doc.List[len(d.Doc.List)-1].Text, "//go:embed ")
}

// oneCall says whether a function is nothing but cli.Main(...).
func oneCall(body *ast.BlockStmt) bool {
	if len(body.List) != 1 {
		return false
	}
	stmt, ok := body.List[0].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := stmt.X.(*ast.CallExpr)
	return ok && selects(call.Fun, "cli", "Main")
}

func TestMains(t *testing.T) {
	const imports = "import (\n\t\"ctrkit/internal/cli\"\n\t\"ctrkit/internal/ns\"\n)\n\n"
	const good = "// ns-unshare gives a program new namespaces of its own, then becomes it.\npackage main\n\n" + imports
	const one = "func main() { cli.Main(&ns.Unshare{}) }\n"
	rule(mains).tried(t,
		example{"cmd/ns-unshare/main.go", good + one, ""},
		example{"cmd/ns-unshare/main.go", "package main\n\n" + imports + one, "no man page"},
		example{"cmd/ns-unshare/main.go", good + "func main() { setup(); cli.Main(&ns.Unshare{}) }\n", "one call"},
		example{"cmd/ns-unshare/main.go", good + "func main() { ns.Main() }\n", "one call"},
		example{"cmd/ns-unshare/main.go", good + "//go:embed main.go\nvar page string\n\n" + one, ""},
		example{"cmd/ns-unshare/main.go", good + "var verbose bool\n\n" + one, "one call"},
		example{"cmd/ns-unshare/help.go", good, "one main.go"},
	)
	rule(mains).everywhere(t)
}
