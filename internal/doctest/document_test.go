package doctest

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		info  string
		run   bool
		conds []string
		ok    bool
	}{
		{"console", true, nil, true},
		{"console [root] [!exec:nft]", true, []string{"root", "!exec:nft"}, true},
		{"console not-run", false, nil, true},
		{"go", false, nil, true},
		{"text", false, nil, true},
		{"txt", false, nil, true},
		{"sh not-run", false, nil, true},
		{"", false, nil, false},
		{"sh", false, nil, false},
		{"Console", false, nil, false},
		{"console root", false, nil, false},
		{"shell-session", false, nil, false},
	} {
		run, conds, err := judge(c.info)
		if run != c.run || !slices.Equal(conds, c.conds) || (err == nil) != c.ok {
			t.Errorf("```%s: %v %v %v", c.info, run, conds, err)
		}
	}
}

func TestChapterErrors(t *testing.T) {
	for text, want := range map[string]string{
		"```\nx\n```":                     "c.md:1: ``` is neither run",
		"a\n\n```sh\nx\n```":              "c.md:3: ```sh is neither run",
		"```console\n$ x":                 "c.md:1: this block does not end",
		"~~~\nx\n~~~":                     "c.md:1: a block begins with exactly ```",
		"````console\n$ x\n````":          "c.md:1: a block begins with exactly ```",
		"  ```console\n$ x\n```":          "c.md:1: ``` stands at the margin",
		"a\n\n    $ x":                    "c.md:3: commands stand in a block",
		"a\n\n\t$ x":                      "c.md:3: commands stand in a block",
		"```console\noutput\n$ x\n```":    "line 2: want a command",
		"```console\n$ x\n? 1\nmore\n```": "line 4: want a command",
	} {
		file := filepath.Join(t.TempDir(), "c.md")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Check(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestNeeds(t *testing.T) {
	for text, want := range map[string][]string{
		"# a\n\n<!-- needs [exec:nft] [!vm] -->\n": {"exec:nft", "!vm"},
		"<!-- needs nft -->":                       nil,
		"it <!-- needs [root] -->":                 nil,
	} {
		d := &document{lines: lines(text)}
		if err := d.readChapter(); err != nil || !slices.Equal(d.needs, want) {
			t.Errorf("%q: needs %q, want %q (%v)", text, d.needs, want, err)
		}
	}
}

func TestSteps(t *testing.T) {
	text := `$ one
out

more

$ two a \
  b
$ cat <<.
> text
>
>  > deep
> .
text
? 3

$ > file`
	b := block{first: 10, lines: lines(text)}
	steps, err := b.steps()
	if err != nil {
		t.Fatal(err)
	}
	want := []step{
		{11, lines("$ one"), lines("out\n\nmore"), 0, 1},
		{16, lines("$ two a \\\n  b"), nil, 0, 0},
		{18, lines("$ cat <<.\n> text\n>\n>  > deep\n> ."), lines("text"), 3, 1},
		{26, lines("$ > file"), nil, 0, 0},
	}
	var rendered []string
	for i, s := range steps {
		if !reflect.DeepEqual(s, want[i]) {
			t.Errorf("step %d: %+v, want %+v", i, s, want[i])
		}
		rendered = append(rendered, s.render()...)
	}
	if again := strings.Join(rendered, "\n"); again != text {
		t.Errorf("rendered\n%s", again)
	}
	commands := []string{"one\n", "two a \\\n  b\n", "cat <<.\ntext\n\n > deep\n.\n", "> file\n"}
	for i, s := range steps {
		if s.command() != commands[i] {
			t.Errorf("command %d: %q, want %q", i, s.command(), commands[i])
		}
	}
}

const toolComment = `// Tool does it.
//
//	tool [flags]
//
//	$ echo one
//	1
//
//	$ echo two
//	2
//
// And then:
//
//	$ false
//
//doctest:needs [exec:sh]
package main

//	$ not this
`

func TestComment(t *testing.T) {
	for name, source := range map[string]string{
		"line comments": toolComment,
		"one comment": "/*\n" + strings.NewReplacer("// ", "", "//d", "//d", "//", "").Replace(toolComment[:strings.Index(toolComment, "package")]) +
			"*/\npackage main\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := &document{lines: lines(source)}
			d.readComment()
			if len(d.blocks) != 2 {
				t.Fatalf("%d blocks: %+v", len(d.blocks), d.blocks)
			}
			if got := strings.Join(d.blocks[0].lines, "\n"); got != "$ echo one\n1\n\n$ echo two\n2" {
				t.Errorf("the first block is\n%s", got)
			}
			d.replace([][]string{lines("$ echo one\none\n\n$ echo two\ntwo"), nil})
			want := strings.NewReplacer("\t1", "\tone", "\t2", "\ttwo").Replace(source)
			if got := strings.Join(d.lines, "\n"); got != want {
				t.Errorf("replaced:\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestAnchorsDisagree(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"chapters/01.md":       "see `internal/a/x.go#one` and internal/a/x.go#three",
		"internal/a/x.go":      "package a\n\nfunc f() {\n\t//doc:one\n\t// doc:no\n}\n\n//doc:two\n",
		"internal/a/x_test.go": "package a\n//doc:test\n",
	} {
		file := filepath.Join(root, name)
		os.MkdirAll(filepath.Dir(file), 0o755)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	complaints, err := Anchors(root)
	want := []string{
		"chapters/01.md names internal/a/x.go#three, which is not there",
		"no chapter names internal/a/x.go#two",
	}
	if err != nil || !slices.Equal(complaints, want) {
		t.Errorf("%q %v", complaints, err)
	}
}
