package ctrkit_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ctrkit/internal/ns"
	"ctrkit/internal/sandbox"
)

// alone are our options that the classic command of util-linux 2.38 does not have, and why.
var alone = map[string]map[string]string{
	"ns-unshare": {
		"all":        "nsenter(1) has it for joining; here it is for making",
		"hostname":   "there one runs hostname(1) inside",
		"domainname": "there one runs domainname(1) inside",
		"with":       "there one keeps two shells in step by hand",
		"hold":       "there one runs sleep(1) inside",
		"hold-for":   "it is about --hold",
		"forget":     "there one runs umount(8)",
		"init":       "there one runs a program such as tini(1)",
		"pidfile":    "there the shell knows the pid of a child that it waits for",
		"sysctl":     "there one runs sysctl(8) inside",
	},
	"ns-enter": {
		"env":         "util-linux has it since 2.39",
		"join-cgroup": "util-linux has it since 2.39",
	},
}

// TestEveryOptionIsCompared finds options of ours that no pair gives to both tools, and letters that are not theirs.
func TestEveryOptionIsCompared(t *testing.T) {
	sandbox.Tools(t)
	for _, tool := range []struct {
		ours, theirs string
		step         any
		pairs        []pair
	}{
		{"ns-unshare", "unshare", ns.Unshare{}, asUnshare},
		{"ns-enter", "nsenter", ns.Enter{}, asNsenter},
	} {
		ours, theirs := help(t, tool.ours), help(t, tool.theirs)
		known, given := optionsOf(reflect.TypeOf(tool.step)), given(tool.pairs)
		for _, name := range known {
			letter, told := ours[name]
			counterpart, both := theirs[name]
			switch reason := alone[tool.ours][name]; {
			case !told:
				t.Errorf("%s --help does not tell of --%s", tool.ours, name)
			case reason != "":
			case !both:
				t.Errorf("%s has no --%s, and the table above does not say why %s has it", tool.theirs, name, tool.ours)
			case letter != counterpart:
				t.Errorf("the letter of --%s is %q, and %q in %s", name, letter, counterpart, tool.theirs)
			case !slices.Contains(given, "--"+name) && !slices.Contains(given, "-"+letter):
				t.Errorf("no pair of %s has --%s", tool.ours, name)
			}
		}
		for name := range alone[tool.ours] {
			if !slices.Contains(known, name) {
				t.Errorf("%s has no --%s that %s could lack", tool.ours, name, tool.theirs)
			}
		}
	}
}

// optionsOf are the options of a tool's struct, by the tags that the parser reads.
func optionsOf(step reflect.Type) (names []string) {
	for i := range step.NumField() {
		field := step.Field(i)
		_, positional := field.Tag.Lookup("arg")
		switch name := field.Tag.Get("name"); {
		case positional:
		case field.Anonymous:
			names = append(names, optionsOf(field.Type)...)
		case name != "":
			names = append(names, name)
		default:
			words := regexp.MustCompile(`[A-Z][a-z]*`).FindAllString(field.Name, -1)
			names = append(names, strings.ToLower(strings.Join(words, "-")))
		}
	}
	return names
}

// given are the options that pairs give: --long, and -x for every letter.
func given(pairs []pair) (options []string) {
	for _, p := range pairs {
		for _, word := range strings.Fields(p.ours) {
			word, _, _ = strings.Cut(word, "=")
			if strings.HasPrefix(word, "--") || !strings.HasPrefix(word, "-") {
				options = append(options, word)
				continue
			}
			for _, letter := range word[1:] {
				options = append(options, "-"+string(letter))
			}
		}
	}
	return options
}

var helpLine = regexp.MustCompile(`(?m)^ *(?:-(\w)[,.])? *--([a-z-]+)`)

// help is what a tool says of its options: their letters, by name.
func help(t *testing.T, tool string) map[string]string {
	letters := map[string]string{}
	for _, m := range helpLine.FindAllStringSubmatch(succeed(t, ".", tool, "--help").stdout, -1) {
		// A later line that begins so is a sentence about the option.
		if _, known := letters[m[2]]; !known {
			letters[m[2]] = m[1]
		}
	}
	return letters
}
