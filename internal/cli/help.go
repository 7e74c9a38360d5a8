package cli

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// comment is the package comment of a tool's main file, which is its manual page.
func comment(page string) (lines []string) {
	for line := range strings.Lines(page) {
		text, ok := strings.CutPrefix(line, "//")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimPrefix(strings.TrimRight(text, "\n"), " "))
	}
	return lines
}

// sentence is the first paragraph of the manual page.
func sentence(page string) string {
	paragraph, _, _ := strings.Cut(strings.Join(comment(page), "\n"), "\n\n")
	return strings.ReplaceAll(paragraph, "\n", " ")
}

// examples are the indented lines of the manual page: commands, and what they
// really print.
func examples(page string) string {
	var b strings.Builder
	for _, line := range comment(page) {
		if example, ok := strings.CutPrefix(line, "\t"); ok {
			if strings.HasPrefix(example, "$ ") && b.Len() > 0 {
				b.WriteString("\n")
			}
			b.WriteString("  " + example + "\n")
		}
	}
	return b.String()
}

// help prints what the tool does, the options as the parser knows them, and examples.
func help(page string) kong.HelpPrinter {
	return func(options kong.HelpOptions, ctx *kong.Context) error {
		fmt.Fprintf(ctx.Stdout, "%s\n\nUsage: %s\n", sentence(page), synopsis(ctx.Model))
		if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
			return err
		}
		if text := examples(page); text != "" {
			fmt.Fprintf(ctx.Stdout, "\nExamples:\n%s", text)
		}
		return nil
	}
}

// synopsis is the order of the words of a command line.
func synopsis(app *kong.Application) string {
	words := app.Name + " [OPTION]..."
	for _, p := range app.Positional {
		if p.Passthrough {
			words += " [--] [PROG [ARG]...]"
			continue
		}
		words += " " + strings.ToUpper(p.Name)
		if p.IsCumulative() {
			words += "..."
		}
	}
	return words
}

// setText sets a string, or a type that reads itself from text.
func setText(target reflect.Value, text string) error {
	if target.Kind() != reflect.Pointer {
		target = target.Addr()
	}
	if u, ok := target.Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	target.Elem().SetString(text)
	return nil
}
