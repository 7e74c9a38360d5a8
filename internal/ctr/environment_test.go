package ctr

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The rules of a file of variables are docker's.
func TestReadVariables(t *testing.T) {
	t.Setenv("OUTSIDE", "here")
	os.Unsetenv("NOWHERE")
	for text, want := range map[string]string{
		"A=1\nB=2":                        "A=1|B=2",
		"\n  \n# A=1\n  # B\nC=3\n":       "C=3",
		"A=\"quoted\" 'too' # no comment": `A="quoted" 'too' # no comment`,
		"\t A= kept  \n":                  "A= kept  ",
		"A=1\r\nB=\r\n":                   "A=1|B=",
		"\xef\xbb\xbfA=1":                 "A=1",
		"A=b=c":                           "A=b=c",
		"OUTSIDE\nNOWHERE\n":              "OUTSIDE=here",
		"A=$OUTSIDE":                      "A=$OUTSIDE",
		"A B=1":                           `line 1: there is a space in the name "A B"`,
		"A=1\n\n=2":                       `line 3: "=2" has no name`,
		"A=1\nexport B=2":                 `line 2: there is a space in the name "export B"`,
		"A=\xff":                          "line 1: it is no text",
		"A=\x00":                          "line 1: it is no text",
		strings.Repeat("A=1\n", 300000):   "is more than the 1048576 bytes that are read",
	} {
		file := filepath.Join(t.TempDir(), "env")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readVariables(file)
		if err != nil && !strings.HasSuffix(err.Error(), want) || err == nil && strings.Join(got, "|") != want {
			t.Errorf("%.40q: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestWith(t *testing.T) {
	env := []string{"A=1", "B=2"}
	for _, v := range []string{"B=3", "C=", "A", "D", "BB=4"} {
		env = with(env, v)
	}
	if want := []string{"B=3", "C=", "BB=4"}; !slices.Equal(env, want) {
		t.Errorf("%q, want %q", env, want)
	}
}

// A line is a variable that can be handed to a program, nothing, or an error.
func FuzzParseVariable(f *testing.F) {
	for _, line := range []string{"A=1", "", "# x", " A", "=x", "A B=1", "A=\x00", "A\t=1\r\n", "\xff=1"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if v, err := parseVariable(line); err == nil && v != "" {
			name, _, _ := strings.Cut(v, "=")
			if name == "" || strings.ContainsAny(name, " \t\x00") || strings.ContainsRune(v, 0) {
				t.Errorf("%q is taken for %q", line, v)
			}
		}
	})
}
