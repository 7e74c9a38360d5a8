package cli

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/alecthomas/kong"
)

// mappers are how the parser takes our types.
var mappers = kong.OptionFunc(func(k *kong.Kong) error {
	return errors.Join(
		kong.NamedMapper("optional", optional{}).Apply(k),
		kong.NamedMapper("two", kong.MapperFunc(two)).Apply(k),
		kong.KindMapper(reflect.String, kong.MapperFunc(word)).Apply(k),
		kong.KindMapper(reflect.Int, kong.MapperFunc(whole)).Apply(k),
	)
})

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
