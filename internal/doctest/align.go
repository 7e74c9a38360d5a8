package doctest

import "strings"

// An edit is one line of the comparison between what was expected and what was printed.
type edit struct {
	kind byte // ' ' both have it, '.' covered by an elision, '-' only expected, '+' only printed
	line string
}

// align finds the least number of lines to change, take away and add that makes the expectation true.
func (b bindings) align(want, got []string) []edit {
	costs := b.costs(want, got)
	var edits []edit
	shown := -1
	for i, j := 0, 0; i < len(want) || j < len(got); {
		more, left := i < len(want), j < len(got)
		covers := more && elision(want[i])
		if covers && shown != i {
			edits, shown = append(edits, edit{' ', want[i]}), i
		}
		switch cost := costs[i][j]; {
		case covers && cost == costs[i+1][j]:
			i++
		case covers:
			edits = append(edits, edit{'.', got[j]})
			j++
		case more && left && b.like(want[i], got[j]) && cost == costs[i+1][j+1]:
			edits = append(edits, edit{' ', want[i]})
			i, j = i+1, j+1
		case more && left && cost == costs[i+1][j+1]+1:
			edits = append(edits, edit{'-', want[i]}, edit{'+', got[j]})
			i, j = i+1, j+1
		case more && cost == costs[i+1][j]+1:
			edits = append(edits, edit{'-', want[i]})
			i++
		default:
			edits = append(edits, edit{'+', got[j]})
			j++
		}
	}
	return edits
}

// costs tells for each pair of remainders how many lines must change.
func (b bindings) costs(want, got []string) [][]int {
	costs := make([][]int, len(want)+1)
	for i := len(want); i >= 0; i-- {
		costs[i] = make([]int, len(got)+1)
		for j := len(got); j >= 0; j-- {
			switch more, left := i < len(want), j < len(got); {
			case !more:
				costs[i][j] = len(got) - j
			case elision(want[i]) && left:
				costs[i][j] = min(costs[i+1][j], costs[i][j+1])
			case elision(want[i]):
				costs[i][j] = costs[i+1][j]
			case !left:
				costs[i][j] = costs[i+1][j] + 1
			case b.like(want[i], got[j]):
				costs[i][j] = costs[i+1][j+1]
			default:
				costs[i][j] = 1 + min(costs[i+1][j], costs[i][j+1], costs[i+1][j+1])
			}
		}
	}
	return costs
}

// like is matchLine for a line that may not have its final bindings yet.
func (b bindings) like(want, got string) bool {
	_, ok := b.matchLine(want, got)
	return ok
}

// promote is the output as it would be expected now.
func (b bindings) promote(want, got []string) []string {
	var lines []string
	for _, e := range b.align(want, got) {
		switch e.kind {
		case ' ':
			lines = append(lines, e.line)
		case '+':
			lines = append(lines, b.write(e.line))
		}
	}
	return lines
}

// report shows the comparison, for a reader.
func (b bindings) report(want, got []string) string {
	var text strings.Builder
	for _, e := range b.align(want, got) {
		text.WriteByte(e.kind)
		text.WriteString(" " + e.line + "\n")
	}
	return text.String()
}
