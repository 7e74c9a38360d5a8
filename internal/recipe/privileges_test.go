package recipe

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The name in each row is the name of the constant in that row, and no number is without one.
func TestCapabilityNamesAreTheKernels(t *testing.T) {
	text, err := os.ReadFile("capability.go")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := parser.ParseFile(token.NewFileSet(), "capability.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	ast.Inspect(tree, func(n ast.Node) bool {
		if row, ok := n.(*ast.KeyValueExpr); ok {
			rows++
			if constant, name := row.Key.(*ast.SelectorExpr), row.Value.(*ast.BasicLit); name.Value != `"`+constant.Sel.Name+`"` {
				t.Errorf("unix.%s is called %s", constant.Sel.Name, name.Value)
			}
		}
		return true
	})
	if rows != unix.CAP_LAST_CAP+1 {
		t.Errorf("%d capabilities have a name, the kernel has %d", rows, unix.CAP_LAST_CAP+1)
	}
	if got := Capability(63).String(); got != "63" {
		t.Errorf("one without a name is called %s", got)
	}
}

// What follows a filter is told before it is in force.
func TestWhatFollowsAFilterIsToldBeforeIt(t *testing.T) {
	refuseAll := []unix.SockFilter{{Code: unix.BPF_RET, K: unix.SECCOMP_RET_KILL_PROCESS}}
	var told strings.Builder
	r := New("test")
	r.Narrator = &Narrator{W: &told}
	r.Clone3(0)
	r.PrSetNoNewPrivs()
	r.Seccomp(0, refuseAll, true)
	r.Chdir("/first")
	r.Chdir("/second")
	child, err := r.Spawn()
	if err != nil {
		t.Fatal(err)
	}
	if status := child.end(t); status != 128+int(unix.SIGSYS) {
		t.Errorf("exit status %d, want that of SIGSYS", status)
	}
	if got := told.String(); strings.Count(got, "/first") != 1 || strings.Count(got, "/second") != 1 {
		t.Errorf("told:\n%s", got)
	}
}
