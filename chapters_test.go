package ctrkit_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ctrkit/internal/doctest"
	"ctrkit/internal/sandbox"
)

// TestChapters reads the walkthrough and does what it says.
func TestChapters(t *testing.T) { readAlong(t, "chapters/*.md", chapterName) }

// TestReadme does the same with the first page.
func TestReadme(t *testing.T) { readAlong(t, "README.md", chapterName) }

// TestHelpExamples does the same with the examples that --help prints.
func TestHelpExamples(t *testing.T) { readAlong(t, "cmd/*/main.go", toolName) }

func readAlong(t *testing.T, pattern string, name func(file string) string) {
	sandbox.Tools(t)
	for _, file := range glob(t, pattern) {
		t.Run(name(file), func(t *testing.T) {
			t.Parallel()
			sandbox.Root(t)
			sandbox.Run(t, func(t *sandbox.T) { doctest.Run(t, file, *update) })
		})
	}
}

// TestChaptersAreMarked finds blocks of which nobody can tell whether they are run. It needs no root.
func TestChaptersAreMarked(t *testing.T) {
	for _, file := range glob(t, "chapters/*.md") {
		if err := doctest.Check(file); err != nil {
			t.Error(err)
		}
	}
}

// TestAnchors compares the places in the code that the chapters name with those that are there.
func TestAnchors(t *testing.T) {
	if len(glob(t, "chapters/*.md")) == 0 {
		return // nobody can have named an anchor yet
	}
	complaints, err := doctest.Anchors(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, complaint := range complaints {
		t.Error(complaint)
	}
}

func chapterName(file string) string { return filepath.Base(file) }

func toolName(file string) string { return filepath.Base(filepath.Dir(file)) }

func glob(t *testing.T, pattern string) []string {
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var scriptInTable = regexp.MustCompile("`([a-z-]+_[a-z-]+)`")

// TestPromisesHaveScripts wants every promise to have a script, and every script that is named so to be about one.
func TestPromisesHaveScripts(t *testing.T) {
	named := map[string]bool{}
	for line := range strings.Lines(readFile(t, "SECURITY.md")) {
		cells := strings.Split(line, "|")
		// One table has promises, and one has what has gone wrong elsewhere; a script stands in the last column.
		if len(cells) != 4 && len(cells) != 6 || cells[1] == " promise " || cells[1] == " published as " || cells[1] == "---" {
			continue
		}
		scripts := scriptInTable.FindAllStringSubmatch(cells[len(cells)-2], -1)
		if len(scripts) == 0 {
			t.Errorf("this promise has no script: %s", cells[1])
		}
		for _, script := range scripts {
			named[script[1]] = true
			if len(glob(t, "testdata/scripts/"+script[1]+".txtar")) == 0 {
				t.Errorf("there is no script %s", script[1])
			}
		}
	}
	for _, file := range glob(t, "testdata/scripts/security_*.txtar") {
		if name := strings.TrimSuffix(filepath.Base(file), ".txtar"); !named[name] {
			t.Errorf("%s has no promise", name)
		}
	}
}
