package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	grammar := &struct {
		kong.Plugins
		*options
	}{kong.Plugins{step}, o}
	parser, err := kong.New(grammar,
		kong.Name(step.Name()),
		kong.Help(help(page)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoAppSummary: true, WrapUpperBound: 100}),
		kong.Exit(func(int) { o.done = true }),
		kong.NamedMapper("optional", optional{}),
		kong.NamedMapper("two", kong.MapperFunc(two)),
		kong.KindMapper(reflect.String, kong.MapperFunc(word)),
		kong.KindMapper(reflect.Int, kong.MapperFunc(whole)),
	)
	if err != nil {
		return nil, err
	}
	parser.Model.HelpFlag.Help = "Print this."
	if slices.ContainsFunc(parser.Model.Flags, func(f *kong.Flag) bool { return f.Short == 'h' && f != parser.Model.HelpFlag }) {
		parser.Model.HelpFlag.Short = 0 // the classic command has another use for it
	}
	_, err = parser.Parse(args)
	if o.Version && err == nil {
		o.done = true
		if _, err := fmt.Printf("%s (ctrkit) %s\n", step.Name(), Version); err != nil {
			return nil, err
		}
	}
	if err != nil && !o.done {
		return nil, usage(err, step)
	}
	return o, o.inherit()
}

// valueless is the parser's way to say that an option is the last word, or the last
// one before the program.
var valueless = regexp.MustCompile(`^(--?[a-z-]+): expected \w+ value but got "(EOL|--)"`)

// An advisor knows options of a classic command that it has not, and what to use instead.
type advisor interface{ Advice(option string) string }

// unknown is the parser's way to say that there is no such option.
var unknown = regexp.MustCompile(`^unknown flag (--?[A-Za-z0-9-]+)`)

// usage is an error of the command line, in the words of all our errors.
func usage(err error, step chain.Step) error {
	var write *fs.PathError
	if errors.As(err, &write) {
		return write // it was asked for a text that could not be printed
	}
	text := strings.ReplaceAll(err.Error(), ", did you mean ", ": did you mean ")
	text, _, _ = strings.Cut(text, "; perhaps try ")
	text = strings.Replace(text, "expected value value", "expected a value", 1)
	if m := valueless.FindStringSubmatch(text); m != nil {
		text = m[1] + ": its value is missing"
	}
	hint := step.Name() + " --help lists the options"
	if k, ok := step.(advisor); ok {
		if m := unknown.FindStringSubmatch(text); m != nil && k.Advice(m[1]) != "" {
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

// word takes a word as it is. The parser's own way leads through JSON, which
// knows no bytes but those of UTF-8; the names of files are any bytes.
func word(ctx *kong.DecodeContext, target reflect.Value) error {
	token, err := ctx.Scan.PopValue("string")
	if err != nil {
		return err
	}
	if target.SetString(token.String()); target.Len() == 0 && ctx.Value.Flag != nil {
		return errors.New("it must not be empty")
	}
	return nil
}

// whole takes a number. In a field that is no pointer 0 stands for not given, so it
// cannot be meant: a limit would be left out without a word.
func whole(ctx *kong.DecodeContext, target reflect.Value) error {
	token, err := ctx.Scan.PopValue("int")
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(token.String(), 10, 0)
	if err != nil {
		return fmt.Errorf("%q is no number", token.String())
	}
	if target.SetInt(n); n == 0 && ctx.Value.Target.Kind() != reflect.Pointer {
		return errors.New("it must not be 0")
	}
	return nil
}

// two takes two words: --pair A B.
func two(ctx *kong.DecodeContext, target reflect.Value) error {
	words := make([]string, 2)
	for i := range words {
		if err := word(ctx, reflect.ValueOf(words).Index(i)); err != nil {
			return err
		}
	}
	target.Set(reflect.ValueOf(words))
	return nil
}

// optional maps an option whose value may be left out: --explain or
// --explain=json. A value without the equals sign would be the next argument.
// Fields are pointers, nil where the option is not given.
type optional struct{}

func (optional) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	value := ""
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		if value = ctx.Scan.Pop().String(); value == "" {
			return errors.New("it must not be empty after an equals sign")
		}
	}
	return setText(target, value)
}

// IsBool tells the parser that a bare flag is complete.
func (optional) IsBool() bool { return true }
