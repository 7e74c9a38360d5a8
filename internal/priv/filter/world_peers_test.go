//go:build world

package filter

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// peers are whom a program was started by, without a word about its privileges.
var peers = []string{"ctr-run", "runc", "podman", "docker"}

// A peer is what the kernel lets a program do that one of them has started.
type peer struct {
	status  map[string]string
	filters [][]unix.SockFilter
}

// TestWorldPeers reads the filters that the kernel has of running programs, ours and others', and evaluates them for all
// calls. Each difference is in a table, with its reason.
func TestWorldPeers(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	top, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	sandbox.Run(t, func(t *sandbox.T) {
		var told strings.Builder
		cmd := exec.Command("unshare", "--mount", "sh", top+"/internal/priv/filter/testdata/peers.sh")
		cmd.Env = append(os.Environ(), "DOCKER="+top+"/bin/.docker", "PODMAN="+top+"/bin/.podman")
		cmd.Stderr, cmd.WaitDelay = &told, 10*time.Second
		text, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, told.String())
		}
		all := readPeers(t, string(text))
		if ours, same := fmt.Sprint(all["ctr-run"]), fmt.Sprint(all["priv-drop"]); ours != same {
			t.Errorf("ctr-run lets a program do something else than priv-drop:\n%s\n%s", ours, same)
		}
		explained(t, all)
	})
}

// readPeers reads what the program filters has printed about each.
func readPeers(t *sandbox.T, text string) map[string]*peer {
	all := map[string]*peer{}
	var p *peer
	for line := range strings.Lines(text) {
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), ":\t"); name {
		case "Name":
			p = &peer{status: map[string]string{}}
			all[value] = p
		case "Filter":
			p.filters = append(p.filters, program(t, value))
		default:
			p.status[name] = value
		}
	}
	if len(all) != len(peers)+1 {
		t.Fatalf("not all have been asked:\n%s", text)
	}
	return all
}

// program is a filter as it was printed, 16 digits an instruction.
func program(t *sandbox.T, digits string) (program []unix.SockFilter) {
	code, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	for i := range slices.Chunk(code, 8) {
		program = append(program, unix.SockFilter{Code: binary.LittleEndian.Uint16(i), Jt: i[2], Jf: i[3], K: binary.LittleEndian.Uint32(i[4:])})
	}
	return program
}

// explained makes the rows of the table, and wants them to be those that have a reason.
func explained(t *sandbox.T, all map[string]*peer) {
	table, err := os.ReadFile("testdata/peers.txt")
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if i := strings.LastIndexByte(line, '\t'); i >= 0 && strings.Count(line, "\t") == len(peers)+1 && i < len(line)-2 {
			reasons[line[:i]] = true
		}
	}
	version := row("Version", all, func(p *peer) string { return p.status["Version"] })
	if len(reasons) > 0 && !reasons[version] {
		sandbox.Skip(t.T, "needs the versions of the table, not "+version)
	}
	rows := []string{"\t" + strings.Join(peers, "\t"), version}
	for _, name := range []string{"CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb", "NoNewPrivs", "Seccomp"} {
		rows = append(rows, row(name, all, func(p *peer) string { return p.status[name] }))
	}
	rows = append(rows, calls(t, all)...)
	for _, row := range rows {
		if !reasons[row] {
			t.Errorf("no reason for this difference:\n%s", row)
		}
		delete(reasons, row)
	}
	for row := range reasons {
		t.Errorf("a difference that is none:\n%s", row)
	}
}

func row(name string, all map[string]*peer, value func(*peer) string) string {
	for _, p := range peers {
		name += "\t" + value(all[p])
	}
	return name
}

// calls are the rows of the calls about which the filters differ. Numbers without a name that are next to each other share
// one. Without a filter everything passes, which needs no rows.
func calls(t *sandbox.T, all map[string]*peer) (rows []string) {
	from, last := 0, ""
	for nr := range 471 {
		name := nameOf(uint32(nr))
		if name != "" {
			last = ""
			for _, v := range variantsOf(name) {
				if r := row(v.text, all, v.outcome(t, nr)); differs(r) {
					rows = append(rows, r)
				}
			}
			constant(t, name, nr, all)
			continue
		}
		r := row("", all, variant{}.outcome(t, nr))
		switch {
		case !differs(r):
			last = ""
		case r == last:
			rows[len(rows)-1] = fmt.Sprintf("%d-%d%s", from, nr, r)
		default:
			from, last = nr, r
			rows = append(rows, fmt.Sprintf("%d%s", nr, r))
		}
	}
	return rows
}

// differs reports whether those who have filters have different ones.
func differs(row string) bool {
	f := strings.Split(row, "\t")
	return f[1] != f[3] || f[1] != f[4]
}

func nameOf(nr uint32) string {
	for _, c := range archOf("amd64").calls {
		if c.nr == nr {
			return c.name
		}
	}
	return ""
}
