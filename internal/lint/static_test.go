package lint

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// loader says what an executable needs to be started that is not in it: a program to load it (PT_INTERP), or
// libraries and relocations (PT_DYNAMIC). A tool must run in a root where there is neither; so it needs nothing.
func loader(r io.ReaderAt) (needs []string, err error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, err
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			needs = append(needs, p.Type.String())
		}
	}
	return needs, nil
}

func TestStatic(t *testing.T) {
	if needs, err := loader(dynamicELF(t)); err != nil || len(needs) != 1 {
		t.Fatalf("an executable with a PT_INTERP: found %v, %v", needs, err)
	}
	mains, err := filepath.Glob(root + "/cmd/*/main.go")
	if err != nil || len(mains) == 0 {
		t.Log("there is no tool yet")
		return
	}
	tool := filepath.Base(filepath.Dir(mains[0]))
	f, err := os.Open(filepath.Join(build(t, tool), tool))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if needs, err := loader(f); err != nil || len(needs) > 0 {
		t.Errorf("%s is not static: it has %v (%v)", tool, needs, err)
	}
}

// build makes one tool by way of the Makefile, because it is the Makefile's flags that are on trial.
func build(t *testing.T, tool string) (bin string) {
	t.Helper()
	bin = t.TempDir()
	cmd := exec.Command("make", "--no-print-directory", "build", "BIN="+bin, "TOOLS=./cmd/"+tool)
	cmd.Dir = root
	// A make that runs this test hands its own variables down; this one is to begin afresh.
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "MAKE") && !strings.HasPrefix(entry, "MFLAGS=") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, out)
	}
	return bin
}

// dynamicELF writes the shortest executable that asks for a loader: a header, and one segment.
func dynamicELF(t *testing.T) *bytes.Reader {
	t.Helper()
	const headers, segment = 64, 56 // the sizes that the format fixes
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	var b bytes.Buffer
	err := binary.Write(&b, binary.LittleEndian, elf.Header64{
		Ident: ident, Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Phoff: headers, Ehsize: headers, Phentsize: segment, Phnum: 1,
	})
	if err == nil {
		err = binary.Write(&b, binary.LittleEndian, elf.Prog64{Type: uint32(elf.PT_INTERP)})
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}
