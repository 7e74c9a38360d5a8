package lint

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The project speaks of itself alone: of no machine it was written on, no tracker, no tool that helped to type it.
// Whoever reads it has none of those at hand.
var refused = map[string]*regexp.Regexp{
	"a path of one machine":  regexp.MustCompile("(?m)(^|[ \\t\"'(:`])/(work|home|Users)/"),
	"a tracker's number":     regexp.MustCompile(`(?i)\b(issue|fixes|closes|ticket) #?\d+`),
	"somebody else's server": regexp.MustCompile(`(?i)\b(proxy|registry|mirrors?|archive|deb|security|sum)\.[a-z0-9-]+\.(org|com|io|net|dev)\b`),
	"how it was typed":       regexp.MustCompile(`(?i)co-authored-by|language model|\bagents?\b`),
}

// references are where a link may lead: to documents that will be there for years.
var references = strings.Fields(`
	docs.kernel.org git.kernel.org www.kernel.org lwn.net man7.org
	github.com go.dev opencontainers.org pkg.go.dev
	example.com example.org localhost 127.0.0.1`)

var link = regexp.MustCompile(`https?://([\w.-]+)`)

// words judges the text of any file, program or prose.
func words(name string, text []byte) (complaints []string) {
	if bytes.IndexByte(text, 0) >= 0 {
		return nil // not text
	}
	complain := func(at int, what string, found []byte) {
		line := 1 + bytes.Count(text[:at], []byte("\n"))
		complaints = append(complaints, fmt.Sprintf("%s:%d: %s: %q", name, line, what, found))
	}
	for what, pattern := range refused {
		for _, m := range pattern.FindAllIndex(text, -1) {
			complain(m[0], what, text[m[0]:m[1]])
		}
	}
	for _, m := range link.FindAllSubmatchIndex(text, -1) {
		if host := text[m[2]:m[3]]; !slices.Contains(references, string(host)) {
			complain(m[0], "a link to a place that is not on the list of internal/lint", host)
		}
	}
	return complaints
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"see `/home/somebody/notes`":          "a path of one machine",
		"\n/work/here":                        "x:2: a path of one machine",
		"workdir=/mnt/work/1 ~/home/":         "",
		"fixes #12":                           "a tracker's number",
		"from deb.example.org":                "somebody else's server",
		"an agent wrote this":                 "how it was typed",
		"https://somewhere.example.net/x":     "not on the list",
		"https://man7.org/linux/man-pages/":   "",
		"binary\x00with /home/somebody/notes": "",
	} {
		got := strings.Join(words("x", []byte(text)), "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: the rule says %q, not %q", text, got, want)
		}
	}
	walk(t, func(name string, text []byte) {
		if name == "internal/lint/words_test.go" {
			return // it has to say the words to refuse them
		}
		for _, complaint := range words(name, text) {
			t.Error(complaint)
		}
	})
}
