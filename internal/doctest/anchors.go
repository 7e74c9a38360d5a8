package doctest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	anchorName = regexp.MustCompile(`([\w./-]+\.go)#([a-z0-9-]+)`)
	anchorLine = regexp.MustCompile(`(?m)^\s*//doc:([a-z0-9-]+)$`)
)

// Anchors compares the anchors that the chapters name with those that the code has, and returns what does not agree.
func Anchors(root string) ([]string, error) {
	named, err := collect(root, "chapters", ".md", func(_, text string) (found []string) {
		for _, m := range anchorName.FindAllStringSubmatch(text, -1) {
			found = append(found, m[1]+"#"+m[2])
		}
		return found
	})
	if err != nil {
		return nil, err
	}
	present, err := collect(root, ".", ".go", func(file, text string) (found []string) {
		for _, m := range anchorLine.FindAllStringSubmatch(text, -1) {
			found = append(found, file+"#"+m[1])
		}
		return found
	})
	if err != nil {
		return nil, err
	}
	return disagreements(named, present), nil
}

func disagreements(named, present map[string]string) []string {
	var complaints []string
	for anchor, chapter := range named {
		if present[anchor] == "" {
			complaints = append(complaints, fmt.Sprintf("%s names %s, which is not there", chapter, anchor))
		}
	}
	for anchor := range present {
		if named[anchor] == "" {
			complaints = append(complaints, fmt.Sprintf("no chapter names %s", anchor))
		}
	}
	slices.Sort(complaints)
	return complaints
}

// collect finds anchors in the files below a directory, and tells where each was found last.
func collect(root, dir, ext string, find func(file, text string) []string) (map[string]string, error) {
	found := map[string]string{}
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err):
			return nil
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git"):
			return fs.SkipDir
		case filepath.Ext(path) != ext || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := filepath.Rel(root, path)
		for _, anchor := range find(file, string(text)) {
			found[anchor] = file
		}
		return err
	})
	return found, err
}
