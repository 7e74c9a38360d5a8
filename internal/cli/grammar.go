package cli

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"ctrkit/internal/argv"
)

// The parser's work grows with the options that it knows, not with those that it meets, and
// ctr-run has some sixty: to learn them takes as long as to make a network. So it is first taught
// those that the command line has. What it cannot parse with them, it parses with all.

// parseSome parses with those, if it can.
func parseSome(step, own any, args []string) bool {
	some := &part{}
	some.collect(reflect.ValueOf(step).Elem(), args)
	some.collect(reflect.ValueOf(own).Elem(), args)
	grammar := reflect.New(reflect.StructOf(some.fields))
	parser, err := kong.New(grammar.Interface(), kong.NoDefaultHelp(), mappers)
	if err != nil {
		return false
	}
	if _, err := parser.Parse(args); err != nil {
		return false
	}
	for i, value := range some.values {
		value.Set(grammar.Elem().Field(i))
	}
	return true
}

// A part is some fields of a struct, and what becomes of them.
type part struct {
	fields []reflect.StructField
	values []reflect.Value
}

// collect adds the arguments, and the options that a command line may have.
func (p *part) collect(step reflect.Value, args []string) {
	for i := range step.NumField() {
		field, value := step.Type().Field(i), step.Field(i)
		_, positional := field.Tag.Lookup("arg")
		switch {
		case !field.IsExported():
		case field.Anonymous:
			p.collect(value, args)
		case positional || named(field, args):
			tag := reflect.StructTag(fmt.Sprintf("%s name:%q", field.Tag, argv.NameOf(field)))
			p.fields = append(p.fields, reflect.StructField{Name: fmt.Sprint("F", len(p.fields)), Type: field.Type, Tag: tag})
			p.values = append(p.values, value)
		}
	}
}

// named reports whether an argument may be the option of a field. Those of the program, which
// may look like ours, do no harm.
func named(field reflect.StructField, args []string) bool {
	short := field.Tag.Get("short")
	names := append(strings.Split(field.Tag.Get("aliases"), ","), argv.NameOf(field))
	return slices.ContainsFunc(args, func(arg string) bool {
		long, ok := strings.CutPrefix(arg, "--")
		long, _, _ = strings.Cut(long, "=")
		switch {
		case ok:
			return long != "" && slices.Contains(names, long)
		case strings.HasPrefix(arg, "-"):
			return short != "" && strings.Contains(arg, short)
		}
		return false
	})
}
