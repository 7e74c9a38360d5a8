package doctest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var needsLine = regexp.MustCompile(`^<!-- needs ((\[[^]]+\] ?)+)-->$`)

// readChapter finds the blocks that are to be run, and complains about those of which nobody can tell.
func (d *document) readChapter() error {
	var complaints []error
	complain := func(i int, format string, args ...any) {
		complaints = append(complaints, fmt.Errorf("%s:%d: %s", d.file, i+1, fmt.Sprintf(format, args...)))
	}
	for i := 0; i < len(d.lines); i++ {
		line := d.lines[i]
		if m := needsLine.FindStringSubmatch(line); m != nil {
			d.needs = conditions(strings.Fields(m[1]))
		}
		if why := strayCode(line); why != "" {
			complain(i, "%s", why)
		}
		info, isFence := strings.CutPrefix(line, "```")
		if !isFence {
			continue
		}
		length := slices.Index(d.lines[i+1:], "```")
		if length < 0 {
			complain(i, "this block does not end")
			break
		}
		run, conds, err := judge(info)
		if err != nil {
			complain(i, "%v", err)
		}
		if run {
			d.blocks = append(d.blocks, block{first: i + 1, lines: d.lines[i+1 : i+1+length], conds: conds})
		}
		i += 1 + length
	}
	return errors.Join(complaints...)
}

// judge tells by the words after ``` whether a block is run, and where.
func judge(info string) (run bool, conds []string, err error) {
	words := strings.Fields(info)
	switch {
	case len(words) > 1 && slices.Contains(words[1:], "not-run"):
		return false, nil, nil
	case len(words) == 1 && slices.Contains([]string{"go", "text", "txt"}, words[0]):
		return false, nil, nil
	case len(words) > 0 && words[0] == "console":
		conds = conditions(words[1:])
		if len(conds) == len(words)-1 {
			return true, conds, nil
		}
	}
	return false, nil, fmt.Errorf("```%s is neither run (console) nor marked as not run (go, text, txt, or the word not-run)", info)
}

// conditions takes the brackets off.
func conditions(words []string) []string {
	var conds []string
	for _, word := range words {
		if strings.HasPrefix(word, "[") && strings.HasSuffix(word, "]") {
			conds = append(conds, word[1:len(word)-1])
		}
	}
	return conds
}

// strayCode recognises what Markdown takes for a block of code and we do not.
func strayCode(line string) string {
	text := strings.TrimLeft(line, " \t")
	switch indent := line[:len(line)-len(text)]; {
	case strings.HasPrefix(text, "~~~"), strings.HasPrefix(line, "````"):
		return "a block begins with exactly ```"
	case indent != "" && strings.HasPrefix(text, "```"):
		return "``` stands at the margin"
	case indent != "" && strings.HasPrefix(text, "$ "):
		return "commands stand in a block of ```console"
	}
	return ""
}
