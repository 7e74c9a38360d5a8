// Package argv turns a step back into the command line that it is parsed from.
//
// ctr-run makes the same step values that the tools parse from their command
// lines; --print shows them as those command lines. Of is the inverse of the
// parser: parsing what it returns gives an equal step.
package argv

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// Of is the command line of a step, without the name of its tool. It reads the
// struct tags by which the parser knows the fields: name, arg, type.
func Of(step any) []string {
	var flags, args []string
	collect(reflect.Indirect(reflect.ValueOf(step)), &flags, &args)
	return append(flags, args...)
}

func collect(step reflect.Value, flags, args *[]string) {
	for i := range step.NumField() {
		field, value := step.Type().Field(i), step.Field(i)
		_, positional := field.Tag.Lookup("arg")
		switch {
		case !field.IsExported():
			// It is the step's own business.
		case field.Anonymous:
			collect(value, flags, args)
		case positional:
			*args = append(*args, positionals(field, value)...)
		case !value.IsZero():
			*flags = append(*flags, flag(field, value)...)
		}
	}
}

// positionals are words that are no options, although they may look like some. A
// program, which takes all that follows, brings its own hyphens.
func positionals(field reflect.StructField, value reflect.Value) []string {
	list, ok := value.Interface().([]string)
	switch {
	case !ok:
		return []string{text(value)}
	case field.Tag.Get("passthrough") == "" && len(list) > 0:
		return append([]string{"--"}, list...)
	}
	return list
}

// flag is an option with its value, if it takes one. A value that may be left
// out must follow an equals sign, as must one that looks like an option.
func flag(field reflect.StructField, value reflect.Value) []string {
	name := "--" + NameOf(field)
	switch {
	case value.Kind() == reflect.Bool:
		return []string{name}
	case field.Tag.Get("type") == "two":
		return append([]string{name}, value.Interface().([]string)...)
	case value.Kind() == reflect.Slice && !isText(value):
		var words []string
		for i := range value.Len() {
			words = append(words, name+"="+text(value.Index(i)))
		}
		return words
	}
	word := text(value)
	switch {
	case field.Tag.Get("type") == "optional" && word == "":
		return []string{name}
	case field.Tag.Get("type") == "optional", word == "", strings.HasPrefix(word, "-"):
		return []string{name + "=" + word}
	}
	return []string{name, word}
}

// text is a value as a person types it.
func text(value reflect.Value) string {
	if m, ok := value.Interface().(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		if err != nil {
			panic(err) // a value that was parsed can be printed
		}
		return string(b)
	}
	return fmt.Sprint(reflect.Indirect(value).Interface())
}

func isText(value reflect.Value) bool {
	_, ok := value.Interface().(encoding.TextMarshaler)
	return ok
}

// NameOf is the parser's name of a field: its tag, or its words joined by
// hyphens in lower case.
func NameOf(field reflect.StructField) string {
	if name := field.Tag.Get("name"); name != "" {
		return name
	}
	var b strings.Builder
	for i, r := range field.Name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Quote joins words so that a shell splits them again: in single quotes where a
// word has anything in it that the shell would read.
func Quote(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = word
		if word == "" || strings.ContainsFunc(word, special) {
			quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

func special(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:=,+@%", r)
}
