package doctest

import (
	"slices"
	"strings"
)

// readComment finds the sessions in a tool's package comment: in a block of indented lines, from the first prompt on.
func (d *document) readComment() {
	end := slices.IndexFunc(d.lines, func(line string) bool { return strings.HasPrefix(line, "package ") })
	for i := 0; i < end; i++ {
		if words, found := strings.CutPrefix(d.lines[i], "//doctest:needs "); found {
			d.needs = conditions(strings.Fields(words))
		}
		before, after, indented := strings.Cut(d.lines[i], "\t")
		if !indented || before != "" && before != "//" || !strings.HasPrefix(after, "$ ") {
			continue
		}
		b := block{first: i, prefix: before + "\t"}
		for i < end && d.inside(b, i) {
			b.lines = append(b.lines, d.text(b, i))
			i++
		}
		d.blocks = append(d.blocks, b)
	}
}

// inside tells whether a block goes on with line i: a blank line belongs to it when it goes on after that.
func (d *document) inside(b block, i int) bool {
	return strings.HasPrefix(d.lines[i], b.prefix) || d.text(b, i) == "" && strings.HasPrefix(d.lines[i+1], b.prefix)
}

// text is line i without the comment around it.
func (d *document) text(b block, i int) string {
	text := strings.TrimPrefix(d.lines[i], b.prefix)
	if text == strings.TrimSpace(b.prefix) {
		return ""
	}
	return text
}
