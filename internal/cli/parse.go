package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/kong"

	"ctrkit/internal/chain"
)

// options are those that every tool has.
type options struct {
	Explain *string `type:"optional" placeholder:"json" help:"Print each system call as it is made, and why; =json for programs."`
	DryRun  bool    `help:"Print the system calls and make none. Needs no privileges."`
	Version bool    `help:"Print the version."`

	done bool // the command line asked for a text, and it has been printed
}

// parse fills in the step and returns the options.
func parse(step chain.Step, page string, args []string) (*options, error) {
	o := &options{}
	if !parseSome(step, o, args) {
		if err := parseAll(step, o, page, args); err != nil {
			return nil, err
		}
	}
	if o.Version && !o.done {
		o.done = true
		if _, err := fmt.Printf("%s (ctrkit) %s\n", step.Name(), Version); err != nil {
			return nil, err
		}
	}
	return o, o.inherit()
}

// parseAll knows all options, and what to say of mistakes.
func parseAll(step chain.Step, o *options, page string, args []string) error {
	parser, err := kong.New(&struct{ kong.Plugins }{kong.Plugins{step, o}},
		kong.Name(step.Name()),
		kong.Help(help(page)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoAppSummary: true, WrapUpperBound: 100}),
		kong.Exit(func(int) { o.done = true }),
		mappers,
	)
	if err != nil {
		return err
	}
	parser.Model.HelpFlag.Help = "Print this."
	if slices.ContainsFunc(parser.Model.Flags, func(f *kong.Flag) bool { return f.Short == 'h' && f != parser.Model.HelpFlag }) {
		parser.Model.HelpFlag.Short = 0 // the classic command has another use for it
	}
	if _, err = parser.Parse(args); err != nil && !o.done {
		return usage(err, step)
	}
	return nil
}

// valueless is the parser's way to say that an option is the last word, or the last
// one before the program.
var valueless = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(--?[a-z-]+): expected \w+ value but got "(EOL|--)"`)
})

// An advisor knows options of a classic command that it has not, and what to use instead.
type advisor interface{ Advice(option string) string }

// unknown is the parser's way to say that there is no such option.
var unknown = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^unknown flag (--?[A-Za-z0-9-]+)`) })

// usage is an error of the command line, in the words of all our errors.
func usage(err error, step chain.Step) error {
	var write *fs.PathError
	if errors.As(err, &write) {
		return write // it was asked for a text that could not be printed
	}
	text := strings.ReplaceAll(err.Error(), ", did you mean ", ": did you mean ")
	text, _, _ = strings.Cut(text, "; perhaps try ")
	text = strings.Replace(text, "expected value value", "expected a value", 1)
	if m := valueless().FindStringSubmatch(text); m != nil {
		text = m[1] + ": its value is missing"
	}
	hint := step.Name() + " --help lists the options"
	if k, ok := step.(advisor); ok {
		if m := unknown().FindStringSubmatch(text); m != nil && k.Advice(m[1]) != "" {
			return &chain.Hinted{Err: errors.New("parse command line: there is no " + m[1] + " here"), Hint: k.Advice(m[1])}
		}
	}
	if option, value, ok := strings.Cut(text, " but got \"-"); ok && strings.Contains(option, ": expected") {
		text = strings.TrimSuffix(text, " (short flag)")
		option, _, _ = strings.Cut(option, ":")
		value, _, _ = strings.Cut(value, `"`)
		hint = "a value that begins with a hyphen follows an equals sign: " + option + "=-" + value
	}
	return &chain.Hinted{Err: errors.New("parse command line: " + text), Hint: hint}
}

// inherit takes over what an earlier tool of the chain was asked for, and passes
// it on to the later ones.
func (o *options) inherit() error {
	if format := os.Getenv("CTRKIT_EXPLAIN"); o.Explain == nil && format != "" {
		o.Explain = &format
	}
	if o.Explain != nil {
		if *o.Explain == "" {
			*o.Explain = "text"
		}
		if *o.Explain != "text" && *o.Explain != "json" {
			return fmt.Errorf("parse --explain=%s: it is text or json", *o.Explain)
		}
		os.Setenv("CTRKIT_EXPLAIN", *o.Explain)
	}
	if o.DryRun = o.DryRun || os.Getenv("CTRKIT_DRY_RUN") != ""; o.DryRun {
		os.Setenv("CTRKIT_DRY_RUN", "1")
	}
	return nil
}

func (o *options) talk() chain.Talk {
	talk := chain.Talk{DryRun: o.DryRun, Out: os.Stdout, Err: os.Stderr}
	if o.Explain != nil {
		talk.Explain = *o.Explain
	}
	return talk
}
