package recipe

import (
	"strconv"
	"strings"
)

// commentAbove is the comment directly above a statement, or else above the
// loop or condition that the statement stands in.
func commentAbove(lines []string, statement int) why {
	loop := false
	for at := statement; at > 0; at = opening(lines, at) {
		keyword, _, _ := strings.Cut(strings.TrimSpace(lines[at]), " ")
		if at != statement && keyword != "for" && keyword != "if" {
			break
		}
		loop = loop || at != statement && keyword == "for"
		if text := commentEnding(lines, at-1); text != "" {
			return why{text: text, where: strconv.Itoa(at), loop: loop}
		}
	}
	return why{}
}

// opening is the line of the brace that opens the block around a line.
func opening(lines []string, inside int) int {
	for at := inside - 1; at > 0; at-- {
		if strings.HasSuffix(lines[at], "{") && indentation(lines[at]) < indentation(lines[inside]) {
			return at
		}
	}
	return 0
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, "\t")) }

// commentEnding is the text of the comment whose last line is this one. Lines
// that are for machines, such as //doc: anchors, are not text.
func commentEnding(lines []string, last int) string {
	var text []string
	for at := last; at >= 0; at-- {
		comment, ok := strings.CutPrefix(strings.TrimSpace(lines[at]), "//")
		if !ok {
			break
		}
		if strings.HasPrefix(comment, " ") || comment == "" {
			text = append([]string{strings.TrimPrefix(comment, " ")}, text...)
		}
	}
	return strings.Join(text, "\n")
}
