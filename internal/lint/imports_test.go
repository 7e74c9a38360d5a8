package lint

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mechanisms are the packages that know one thing about the kernel each, and nothing about one another. What two of
// them have in common is either a line of a recipe or does not exist.
var mechanisms = strings.Fields("ns cgroup ufs root veth nat priv")

// mayImport is the architecture: the kinds of package, and whom each may import. "anything" is for the packages that
// look at the others from outside.
var mayImport = map[string]string{
	"cmd":       "cli ctr lab mechanism",
	"cli":       "argv chain proc recipe",
	"ctr":       "mechanism argv chain proc recipe",
	"mechanism": "argv chain proc recipe",
	"argv":      "chain recipe",
	"chain":     "argv recipe",
	"proc":      "",
	"recipe":    "",
	"doctest":   "anything",
	"lab":       "anything",
	"sandbox":   "anything",
}

// mayUse says where a module from elsewhere may be imported. Those not listed may be used in any package but recipe.
var mayUse = map[string]string{
	"github.com/alecthomas/kong":      "cli argv",
	"github.com/vishvananda/netlink":  "veth nat",
	"github.com/vishvananda/netns":    "veth nat",
	"github.com/google/nftables":      "nat",
	"github.com/mdlayher/netlink":     "nat",
	"github.com/rogpeppe/go-internal": "sandbox doctest lab",
}

// name is the word by which the tables above know a package: internal/ufs/archive is ufs, cmd/ctr-run is cmd.
func name(dir string) string {
	words := strings.Split(strings.TrimPrefix(dir, "internal/"), "/")
	return words[0]
}

func kind(dir string) string {
	if slices.Contains(mechanisms, name(dir)) {
		return "mechanism"
	}
	return name(dir)
}

// ours says whether a file goes into the tools. The bench does not, nor does what lies at the top.
func ours(f *file) bool {
	return strings.HasPrefix(f.path, "internal/") || strings.HasPrefix(f.path, "cmd/")
}

func lists(table, word string) bool { return slices.Contains(strings.Fields(table), word) }

// arrows judges the imports of one file. Tests may import whatever shows that something works.
func arrows(f *file) (complaints []string) {
	if f.test() || !ours(f) {
		return nil
	}
	allowed, known := mayImport[kind(f.dir())]
	if !known {
		return []string{f.complain(f.ast.Name, "package %s is not in the table of internal/lint: say there whom it may import", f.dir())}
	}
	if allowed == "anything" {
		return nil
	}
	var composed []string
	for _, spec := range f.ast.Imports {
		to, _ := strconv.Unquote(spec.Path.Value)
		ours, isOurs := strings.CutPrefix(to, "ctrkit/")
		switch {
		case isOurs && name(ours) == name(f.dir()):
			// A package may be divided, and its parts import one another.
		case isOurs && !lists(allowed, kind(ours)):
			complaints = append(complaints, f.complain(spec, "%s may not import %s", kind(f.dir()), to))
		case isOurs && kind(f.dir()) == "cmd" && kind(ours) != "cli":
			composed = append(composed, ours)
		case !isOurs && !foreign(f, to):
			complaints = append(complaints, f.complain(spec, "%s may not be used in %s", to, name(f.dir())))
		}
	}
	if len(composed) > 1 {
		complaints = append(complaints, f.complain(f.ast.Name, "a tool is one mechanism, not %v", composed))
	}
	return complaints
}

// foreign says whether a package of somebody else may be imported here. The standard library has no dot in its name.
func foreign(f *file, to string) bool {
	host, _, _ := strings.Cut(to, "/")
	if !strings.Contains(host, ".") || strings.HasPrefix(to, "golang.org/x/sys/") {
		return true
	}
	for module, where := range mayUse {
		if to == module || strings.HasPrefix(to, module+"/") {
			return lists(where, name(f.dir()))
		}
	}
	return name(f.dir()) != "recipe"
}

func TestArrows(t *testing.T) {
	rule(arrows).tried(t,
		example{"internal/ns/x.go", `package ns; import "ctrkit/internal/recipe"`, ""},
		example{"internal/ns/x.go", `package ns; import "ctrkit/internal/ufs"`, "mechanism may not import ctrkit/internal/ufs"},
		example{"internal/ns/x_test.go", `package ns; import "ctrkit/internal/ufs"`, ""},
		example{"internal/ns/x.go", `package ns; import "github.com/alecthomas/kong"`, "kong may not be used in ns"},
		example{"internal/cli/x.go", `package cli; import "github.com/alecthomas/kong"`, ""},
		example{"internal/cli/x.go", `package cli; import "ctrkit/internal/ns"`, "cli may not import"},
		example{"internal/ns/x.go", `package ns; import "github.com/vishvananda/netlink/nl"`, "may not be used in ns"},
		example{"internal/recipe/x.go", `package recipe; import ("fmt"; "golang.org/x/sys/unix")`, ""},
		example{"internal/recipe/x.go", `package recipe; import "golang.org/x/term"`, "may not be used in recipe"},
		example{"internal/recipe/x.go", `package recipe; import "ctrkit/internal/chain"`, "recipe may not import"},
		example{"internal/ufs/archive/x.go", `package archive; import "ctrkit/internal/ufs"`, ""},
		example{"cmd/x/main.go", `package main; import ("ctrkit/internal/cli"; "ctrkit/internal/ns")`, ""},
		example{"cmd/x/main.go", `package main; import ("ctrkit/internal/ufs"; "ctrkit/internal/ns")`, "one mechanism"},
		example{"internal/new/x.go", `package new`, "not in the table"},
	)
	rule(arrows).everywhere(t)
}
