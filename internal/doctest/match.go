package doctest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// bindings are the names of a chapter and the texts they stand for.
type bindings map[string]string

// special is what does not mean itself in a line of expected output.
var special = regexp.MustCompile(`\\?\.\.\.|\\?\[[a-z][a-z0-9-]*\]`)

// escaped is a line of output that would otherwise be taken for a command or a status.
var escaped = regexp.MustCompile(`^\\[$?] `)

// match compares whole outputs. It returns the bindings as they are afterwards.
func (b bindings) match(want, got []string) (bindings, bool) {
	if len(want) == 0 {
		return b, len(got) == 0
	}
	if elision(want[0]) {
		for skip := range len(got) + 1 {
			if after, ok := b.match(want[1:], got[skip:]); ok {
				return after, true
			}
		}
		return b, false
	}
	if len(got) == 0 {
		return b, false
	}
	after, ok := b.matchLine(want[0], got[0])
	if !ok {
		return b, false
	}
	return after.match(want[1:], got[1:])
}

func elision(line string) bool { return strings.TrimSpace(line) == "..." }

// matchLine compares one line. A name that is new is bound to what stands in its first place.
func (b bindings) matchLine(want, got string) (bindings, bool) {
	pattern, names := b.compile(want)
	m := pattern.FindStringSubmatch(strings.TrimRight(got, " \t\r"))
	if m == nil {
		return b, false
	}
	after := maps.Clone(b)
	for i, name := range names {
		if text, known := after[name]; known && text != m[i+1] {
			return b, false
		}
		after[name] = m[i+1]
	}
	return after, true
}

// compile makes a regular expression of a line, and lists the names that its groups stand for.
func (b bindings) compile(line string) (pattern *regexp.Regexp, names []string) {
	line = strings.TrimRight(line, " \t")
	if escaped.MatchString(line) {
		line = line[1:]
	}
	var expr strings.Builder
	rest := 0
	for _, at := range special.FindAllStringIndex(line, -1) {
		expr.WriteString(regexp.QuoteMeta(line[rest:at[0]]))
		rest = at[1]
		switch word := line[at[0]:at[1]]; word[0] {
		case '\\':
			expr.WriteString(regexp.QuoteMeta(word[1:]))
		case '.':
			expr.WriteString(".*?")
		default:
			if text, known := b[word[1:len(word)-1]]; known {
				expr.WriteString(regexp.QuoteMeta(text))
			} else {
				expr.WriteString(`(\S+?)`)
				names = append(names, word[1:len(word)-1])
			}
		}
	}
	expr.WriteString(regexp.QuoteMeta(line[rest:]))
	return regexp.MustCompile("^" + expr.String() + "$"), names
}

// write is a line of real output as it would be expected: a bound text is written by name, what is special is escaped.
func (b bindings) write(got string) string {
	line := special.ReplaceAllStringFunc(strings.TrimRight(got, " \t\r"), func(word string) string { return `\` + word })
	if strings.HasPrefix(line, "$ ") || statusLine.MatchString(line) {
		line = `\` + line
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if len(b[name]) < 3 {
			// Such a text may well stand for something else here.
			continue
		}
		whole := regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(b[name]) + `(\W|$)`)
		line = whole.ReplaceAllString(line, "${1}["+name+"]${2}")
	}
	return line
}
