package recipe

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

var tables = map[string]flagTable{
	"cloneFlags": cloneFlags, "mountFlags": mountFlags, "umountFlags": umountFlags,
	"openFlags": openFlags, "atFlags": atFlags,
}

// parse is the inverse of format.
func (t flagTable) parse(text string) (word uint64) {
	for _, name := range strings.Split(text, "|") {
		for _, f := range t {
			if f.name == name {
				word |= f.bit
			}
		}
	}
	return word
}

func TestFlagsRoundTrip(t *testing.T) {
	for name, table := range tables {
		all := uint64(0)
		for _, f := range table {
			if got := table.format(f.bit); table.parse(got) != f.bit {
				t.Errorf("%s: %s is printed as %s", name, f.name, got)
			}
			all |= f.bit
		}
		if got := table.parse(table.format(all)); got != all {
			t.Errorf("%s: all flags %#x are printed as %#x", name, all, got)
		}
	}
	if got := mountFlags.format(1<<40 | 1); got != "MS_RDONLY|0x10000000000" {
		t.Errorf("an unknown flag is printed as %s", got)
	}
}

// The name in each row is the name of the constant in that row.
func TestFlagNamesAreTheKernels(t *testing.T) {
	text, err := os.ReadFile("flags.go")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := parser.ParseFile(token.NewFileSet(), "flags.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	ast.Inspect(tree, func(n ast.Node) bool {
		row, ok := n.(*ast.CompositeLit)
		if !ok || row.Type != nil || len(row.Elts) != 2 {
			return true
		}
		constant, name := row.Elts[0].(*ast.SelectorExpr), row.Elts[1].(*ast.BasicLit)
		if name.Value != `"`+constant.Sel.Name+`"` {
			t.Errorf("unix.%s is called %s", constant.Sel.Name, name.Value)
		}
		rows++
		return true
	})
	want := 0
	for _, table := range tables {
		want += len(table)
	}
	if rows != want {
		t.Errorf("%d rows were read, the tables have %d", rows, want)
	}
}
