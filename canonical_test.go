package ctrkit_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ctrkit/internal/recipe"
)

var (
	variables = regexp.MustCompile(`/\* (\d+) var(?:iable)?s? \*/`)
	function  = regexp.MustCompile(`^(\w+)\((.*)`)
	escaped   = regexp.MustCompile(`\\(?:[0-7]{1,3}|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)`)
)

// unsaid are fields of structures that strace prints and the narrator leaves out: an address, and nothing.
var unsaid = regexp.MustCompile(`^(pidfd=0x[0-9a-f]+|stack=NULL|stack_size=0|attr_clr=0|propagation=0( /\* .* \*/)?|userns_fd=0|` +
	`filter=(filter|0x[0-9a-f]+))$`)

// canonical writes an argument in one way, whoever printed it, strace or the narrator. They differ in the order of flags,
// in the base of numbers, in how a byte of a string is escaped, and in how a 0 is named.
func canonical(arg string) string {
	if m := variables.FindStringSubmatch(arg); m != nil {
		return m[1] + " variables"
	}
	if m := function.FindStringSubmatch(arg); m != nil {
		inner, _ := splitArgs(m[2])
		return m[1] + "(" + strings.Join(each(inner), ", ") + ")"
	}
	switch {
	case strings.HasPrefix(arg, `"`):
		text := literal(arg)
		// What strace has cut off is marked by dots after the string, and equals nothing.
		return strconv.Quote(unescaped(text)) + arg[len(text):]
	case strings.HasPrefix(arg, "["):
		inner, _ := splitArgs(arg[1:])
		return "[" + strings.Join(each(inner), ", ") + "]"
	case strings.HasPrefix(arg, "{"):
		// What the kernel wrote into the structure follows after an arrow, and is not an argument.
		fields, _ := splitArgs(arg[1:])
		fields = slices.DeleteFunc(fields, unsaid.MatchString)
		for i, field := range fields {
			name, value, _ := strings.Cut(field, "=")
			fields[i] = name + "=" + canonical(value)
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return flagSet(arg)
}

func each(args []string) []string {
	all := make([]string, len(args))
	for i, arg := range args {
		all[i] = canonical(arg)
	}
	return all
}

// flagSet sorts NAME|NAME|0x8. A number or a single name is a set of one; no flags is 0.
func flagSet(arg string) string {
	if strings.HasPrefix(arg, "1<<CAP_") {
		arg = strconv.FormatUint(capabilities(arg), 10)
	}
	words := strings.Split(arg, "|")
	for i, word := range words {
		if n, err := strconv.ParseInt(word, 0, 64); err == nil {
			words[i] = strconv.FormatInt(n, 10)
		}
		if word == "O_RDONLY" || word == "IPPROTO_IP" {
			words[i] = "0"
		}
	}
	words = slices.DeleteFunc(words, func(word string) bool { return word == "0" })
	if len(words) == 0 {
		return "0"
	}
	slices.Sort(words)
	return strings.Join(words, "|")
}

// capabilities is a set of them as a number: of strace's 1<<CAP_KILL|1<<CAP_SETUID. What is none makes a number that no set has.
func capabilities(arg string) (bits uint64) {
	for word := range strings.SplitSeq(arg, "|") {
		name, ok := strings.CutPrefix(word, "1<<")
		i := slices.IndexFunc(allCapabilities, func(c recipe.Capability) bool { return c.String() == name })
		if !ok || i < 0 {
			return 1 << 63
		}
		bits |= 1 << i
	}
	return bits
}

var allCapabilities = func() (all []recipe.Capability) {
	for c := range recipe.Capability(recipe.Capabilities) {
		all = append(all, c)
	}
	return all
}()

// unescaped is the string of a literal of C or Go.
func unescaped(literal string) string {
	text := strings.TrimSuffix(strings.TrimPrefix(literal, `"`), `"`)
	return escaped.ReplaceAllStringFunc(text, func(escape string) string {
		if digits := escape[1:]; digits[0] >= '0' && digits[0] <= '7' {
			n, _ := strconv.ParseUint(digits, 8, 8)
			return string([]byte{byte(n)})
		}
		s, err := strconv.Unquote(`"` + escape + `"`)
		if err != nil {
			return escape
		}
		return s
	})
}

func TestCanonical(t *testing.T) {
	for narrated, straced := range map[string]string{
		`"b\u00f6\"x\t"`:               `"b\303\266\"x\t"`,
		`"\x01\x00\x007"`:              `"\1\0\0007"`,
		`"ä, (b"`:                      `"\303\244, (b"`,
		`O_PATH|O_CLOEXEC`:             `O_RDONLY|O_CLOEXEC|O_PATH`,
		`MS_REC|MS_PRIVATE`:            `MS_PRIVATE|MS_REC`,
		`0x0`:                          `0`,
		`022`:                          `022`,
		`0`:                            `000`,
		`makedev(5, 10)`:               `makedev(0x5, 0xa)`,
		`[/* 39 variables */]`:         `0x54899afe140 /* 39 vars */`,
		`["sh", "-c", "a, b"]`:         `["sh", "-c", "a, b"]`,
		`{effective=0x21}`:             `{effective=1<<CAP_CHOWN|1<<CAP_KILL}`,
		`{len=3, filter=filter}`:       `{len=3, filter=0x7f12}`,
		`{flags=A|B, exit_signal=SIG}`: `{flags=B|A, pidfd=0x3f7e, exit_signal=SIG, stack=NULL, stack_size=0} => {pidfd=[7]}`,
	} {
		if canonical(narrated) != canonical(straced) {
			t.Errorf("%s is %s, and %s is %s", narrated, canonical(narrated), straced, canonical(straced))
		}
	}
	for narrated, straced := range map[string]string{
		`"a"`:                 `"a"...`,
		`"a"` + " ":           `"b"`,
		`MS_REC`:              `MS_REC|MS_PRIVATE`,
		`makedev(5, 1)`:       `makedev(0x5, 0x2)`,
		`{flags=A}`:           `{flags=A, cgroup=5}`,
		`NULL`:                `""`,
		`[/* 3 variables */]`: `0x54899afe140 /* 4 vars */`,
	} {
		if canonical(narrated) == canonical(straced) {
			t.Errorf("%s is taken for %s", narrated, straced)
		}
	}
}

func TestParseTrace(t *testing.T) {
	calls, err := parseTrace(`7  clone3({flags=A, stack=NULL} <unfinished ...>
8  mount("a)b", "x\"y", NULL, MS_REC, NULL) = 0
7  <... clone3 resumed> => {pidfd=[9]}, 88) = 8
8  --- SIGURG {si_signo=SIGURG} ---
8  execve("/x", ["x"], 0x5 /* 39 vars */ <unfinished ...>
9  execve("/x", ["x"], 0x5 /* 39 vars */ <unfinished ...>
8  <... execve resumed>) = 0
8  execve("/y", ["x"], 0x5 /* 39 vars */ <unfinished ...>
7  getpid()                          = 7
8  +++ exited with 0 +++
`)
	want := []string{
		`clone3({flags=A, stack=NULL} => {pidfd=[9]}, 88) = 8`,
		`mount("a)b", "x\"y", NULL, MS_REC, NULL) = 0`,
		`execve("/x", ["x"], 0x5 /* 39 vars */) = 0`,
		`execve("/y", ["x"], 0x5 /* 39 vars */) = `,
		`getpid() = 7`,
	}
	var got []string
	for _, call := range calls {
		got = append(got, call.String())
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n%s", err, strings.Join(got, "\n"))
	}
	if _, err := parseTrace("strace: something else\n"); err == nil {
		t.Error("a line that is no call is overlooked")
	}
}
