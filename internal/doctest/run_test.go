package doctest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctrkit/internal/sandbox"
)

func TestMain(m *testing.M) { sandbox.Main(m) }

const stale = "# A chapter\n" + `
` + "```console" + `
$ cd /tmp && here=$PWD
$ echo $here; echo error >&2
/tmp
error
$ cat; echo "read nothing: $?"
read nothing: 0
$ sh -c 'exit 7'
? 7
$ echo $?
7
$ echo shell-$$
[shell]
$ echo "in shell-$$, $(echo a b)"
in [shell], a ...
$ printf 'no newline'
no newline
$ ls /proc/self/fd | tr '\n' ' '
0 1 2 3
` + "```" + `

` + "```console [!exec:sh]" + `
$ this is not run
` + "```" + `

` + "```console" + `
$ echo $here
/somewhere
$ echo "in shell-$$"; echo a; echo b; echo c
old
...
c
$ false
$ printf ''
gone
` + "```" + `
`

const promoted = `
$ echo $here
/tmp
$ echo "in shell-$$"; echo a; echo b; echo c
in [shell]
...
c
$ false
? 1
$ printf ''
`

// TestRun runs a chapter of which the first half is right and the second is not.
func TestRun(t *testing.T) {
	sandbox.Run(t, func(t *sandbox.T) {
		file := filepath.Join(t.TempDir(), "stale.md")
		if err := os.WriteFile(file, []byte(stale), 0o644); err != nil {
			t.Fatal(err)
		}
		if r := readIt(t, file); r.differences != 4 {
			t.Errorf("%d differences", r.differences)
		}
		Run(t, file, true)
		data, _ := os.ReadFile(file)
		if want := replaceSecond(stale, promoted); string(data) != want {
			t.Errorf("updated to\n%s\nwant\n%s", data, want)
		}
		Run(t, file, false)
	})
}

// TestTool runs the examples of a tool, in a directory that is prepared for them.
func TestTool(t *testing.T) {
	sandbox.Run(t, func(t *sandbox.T) {
		dir := t.TempDir()
		for name, text := range map[string]string{
			"main.go":     "// Cat shows a file.\n//\n//\t$ cat file\n//\there\n//\n//\t$ echo $name\n//\tvalue\npackage main\n",
			"examples.sh": "echo here >file\nname=value\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		Run(t, filepath.Join(dir, "main.go"), false)
	})
}

// TestShellEnds has a command that ends the shell, after which nothing may pass.
func TestShellEnds(t *testing.T) {
	sandbox.Run(t, func(t *sandbox.T) {
		sh, err := startShell(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer sh.stop()
		if printed, _, err := sh.run("echo bye; exit 3\n"); err == nil || len(printed) != 1 || printed[0] != "bye" {
			t.Errorf("%q, %v", printed, err)
		}
		if _, _, err := sh.run("echo again\n"); err == nil {
			t.Error("a shell that ended takes commands")
		}
	})
}

func readIt(t *sandbox.T, file string) *reader {
	d, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	sh, err := startShell(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer sh.stop()
	r := &reader{T: t, document: d, sh: sh, names: bindings{}}
	r.readAlong()
	return r
}

// replaceSecond puts text in the place of the last block.
func replaceSecond(chapter, text string) string {
	return chapter[:strings.LastIndex(chapter, "```console")] + "```console" + text + "```\n"
}
