package cgroup

import (
	"strconv"
	"strings"
)

// value finds a number in the text of a file. The kernel writes such files in few
// ways, and the words say which: none, or $2, for the first or second word of the
// text; a word that the number follows, as in "oom_kill 3" or "8:0 Read 4096"; or a
// name that it is joined to, as in "some avg10=0.00 total=17", perhaps after a word
// that the line must have. Several such lines, one for each disk, are added up.
func value(text string, words []string) *uint64 {
	if len(words) == 0 {
		words = []string{"$1"}
	}
	key := words[len(words)-1]
	if i, err := strconv.Atoi(strings.TrimPrefix(key, "$")); err == nil {
		return nth(strings.Fields(text), i)
	}
	var sum *uint64
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(words) > 1 && (len(fields) == 0 || fields[0] != words[0]) {
			continue
		}
		if n := beside(fields, key); n != nil {
			if sum != nil {
				*n += *sum
			}
			sum = n
		}
	}
	if sum == nil && text == "" && strings.HasSuffix(key, "=") {
		sum = new(uint64) // no disk was used yet
	}
	return sum
}

// nth is the number that a word is, counted from 1.
func nth(fields []string, i int) *uint64 {
	if i < 1 || i > len(fields) {
		return nil
	}
	return number(fields[i-1])
}

// beside is the number that a word is followed by, or joined to.
func beside(fields []string, key string) *uint64 {
	for i, field := range fields {
		if rest, ok := strings.CutPrefix(field, key); ok && strings.HasSuffix(key, "=") {
			return number(rest)
		}
		if field == key {
			return nth(fields, i+2)
		}
	}
	return nil
}

// unlimited is more than any limit. Version 1 writes a number instead of "max": the
// highest that its counters know, which depends on the size of a page; or -1.
const unlimited = 1 << 62

// number is a figure, or nil where there is none.
func number(word string) *uint64 {
	n, err := strconv.ParseUint(word, 10, 64)
	if err != nil || n >= unlimited {
		return nil
	}
	return &n
}
