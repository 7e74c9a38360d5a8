package lint

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"testing"
)

// classics are the commands whose system calls this project is about. To run one would be to leave the lesson out.
const classics = "bridge ip iptables mount nft nsenter pivot_root setpriv tc umount unshare"

// ownHands judges the calls into os/exec. The sandbox may run anybody: there, the classics are the witnesses.
func ownHands(f *file) (complaints []string) {
	if f.test() || !ours(f) || mayImport[kind(f.dir())] == "anything" {
		return nil
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !selects(call.Fun, "exec", "Command", "CommandContext", "LookPath") {
			return true
		}
		for _, arg := range call.Args {
			text, ok := arg.(*ast.BasicLit)
			if !ok || text.Kind != token.STRING {
				continue
			}
			if command, _ := strconv.Unquote(text.Value); lists(classics, path.Base(command)) {
				complaints = append(complaints, f.complain(call, "make %s's system calls, do not run it", command))
			}
			break // the first text is the command, the others are its arguments
		}
		return true
	})
	return complaints
}

// selects says whether an expression is pkg.Name, for one of the names.
func selects(e ast.Expr, pkg string, names ...string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	for _, name := range names {
		if ok && x.Name == pkg && s.Sel.Name == name {
			return true
		}
	}
	return false
}

func TestOwnHands(t *testing.T) {
	const bad = "package veth; import \"os/exec\"; func f() { exec.Command(\"/sbin/ip\", \"link\") }"
	const worse = "package veth; import \"os/exec\"; func f() { exec.CommandContext(ctx, \"mount\") }"
	const good = "package veth; import \"os/exec\"; func f() { exec.Command(\"sh\", \"ip\"); exec.Command(prog) }"
	rule(ownHands).tried(t,
		example{"internal/veth/x.go", bad, "/sbin/ip's system calls"},
		example{"internal/veth/x.go", worse, "mount's system calls"},
		example{"internal/veth/x.go", good, ""},
		example{"internal/sandbox/x.go", bad, ""},
	)
	rule(ownHands).everywhere(t)
}
