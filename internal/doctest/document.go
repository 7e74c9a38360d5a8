package doctest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A document is a file with sessions in it.
type document struct {
	file   string
	lines  []string
	needs  []string
	blocks []block
}

// A block is a session, or a part of one: some lines of the document, without what stands before each.
type block struct {
	first  int // index of its first line
	prefix string
	lines  []string
	conds  []string
}

// read finds the sessions of a chapter, or of a tool's source.
func read(file string) (*document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	d := &document{file: file, lines: strings.Split(string(data), "\n")}
	if filepath.Ext(file) == ".go" {
		d.readComment()
		return d, nil
	}
	return d, d.readChapter()
}

// replace puts new lines in a block's place. From the last block to the first, so that the others stay where they are.
func (d *document) replace(sessions [][]string) {
	for i, b := range slices.Backward(d.blocks) {
		if sessions[i] == nil {
			continue
		}
		var lines []string
		for _, line := range sessions[i] {
			lines = append(lines, strings.TrimRight(b.prefix+line, " \t"))
		}
		d.lines = slices.Replace(d.lines, b.first, b.first+len(b.lines), lines...)
	}
}

func (d *document) bytes() []byte { return []byte(strings.Join(d.lines, "\n")) }
