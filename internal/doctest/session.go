package doctest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A step is one command of a session with what it is expected to do.
type step struct {
	line   int      // number of its first line in the document
	source []string // the command as it is written
	want   []string // the output
	status int
	gap    int // blank lines that follow
}

var statusLine = regexp.MustCompile(`^\? (\d+)$`)

// steps divides a block into its commands.
func (b block) steps() ([]step, error) {
	var found []step
	for i := 0; i < len(b.lines); {
		if !strings.HasPrefix(b.lines[i], "$ ") {
			return nil, fmt.Errorf("line %d: want a command ($ ), found %q", b.first+i+1, b.lines[i])
		}
		s := step{line: b.first + i + 1}
		i = s.takeCommand(b.lines, i)
		for i < len(b.lines) && !strings.HasPrefix(b.lines[i], "$ ") && !statusLine.MatchString(b.lines[i]) {
			s.want = append(s.want, b.lines[i])
			i++
		}
		if i < len(b.lines) && statusLine.MatchString(b.lines[i]) {
			s.status, _ = strconv.Atoi(b.lines[i][len("? "):])
			for i++; i < len(b.lines) && b.lines[i] == ""; i++ {
				s.gap++
			}
		}
		for len(s.want) > 0 && s.want[len(s.want)-1] == "" {
			s.want = s.want[:len(s.want)-1]
			s.gap++
		}
		found = append(found, s)
	}
	return found, nil
}

// takeCommand takes the lines of the command at i, and returns the index after them.
func (s *step) takeCommand(lines []string, i int) int {
	for {
		s.source = append(s.source, lines[i])
		goesOn := strings.HasSuffix(lines[i], `\`)
		i++
		if i == len(lines) || !goesOn && !strings.HasPrefix(lines[i]+" ", "> ") {
			return i
		}
	}
}

// command is what the shell gets to read.
func (s step) command() string {
	var text strings.Builder
	for i, line := range s.source {
		switch {
		case i == 0:
			line = line[len("$ "):]
		case line == ">":
			line = ""
		default:
			line = strings.TrimPrefix(line, "> ")
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

// render is the step as it stands in a document.
func (s step) render() []string {
	lines := append(append([]string{}, s.source...), s.want...)
	if s.status != 0 {
		lines = append(lines, fmt.Sprintf("? %d", s.status))
	}
	return append(lines, make([]string, s.gap)...)
}
