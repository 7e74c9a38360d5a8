package ufs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An Option is one of overlayfs's own, written KEY=VALUE, or KEY where it has no value.
type Option struct{ Key, Value string }

func (o Option) String() string {
	if o.Value == "" {
		return o.Key
	}
	return o.Key + "=" + o.Value
}

// optionValues are the options that may be given. Those with no values stand alone. What
// else overlayfs takes has an option of ours, or is for debugging.
var optionValues = map[string][]string{
	"index":        {"on", "off"},
	"metacopy":     {"on", "off"},
	"redirect_dir": {"on", "off", "follow", "nofollow"},
	"xino":         {"on", "off", "auto"},
	"userxattr":    {},
	"volatile":     {},
}

func (o Option) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

func (o *Option) UnmarshalText(text []byte) error {
	key, value, given := strings.Cut(string(text), "=")
	values, known := optionValues[key]
	switch {
	case !known:
		return fmt.Errorf("%q is not one of index, metacopy, redirect_dir, xino, userxattr and volatile", key)
	case len(values) == 0 && given:
		return fmt.Errorf("%s has no value", key)
	case len(values) > 0 && !slices.Contains(values, value):
		return fmt.Errorf("%q: write %s=%s", text, key, strings.Join(values, " or "+key+"="))
	}
	o.Key, o.Value = key, value
	return nil
}

// checkOptions refuses options that contradict one another or would do nothing.
func (m *Mount) checkOptions() error {
	_, upper := m.layers()
	nothingWritten := upper == "" && m.Scratch == 0
	for i, o := range m.Option {
		same := func(other Option) bool { return other.Key == o.Key }
		switch {
		case slices.ContainsFunc(m.Option[:i], same):
			return fmt.Errorf("option %s: it is given twice", o.Key)
		case nothingWritten && (o.Key == "volatile" || o.Key == "index"):
			return fmt.Errorf("option %s: it is about what is written, and nothing can be", o)
		}
	}
	redirect := valueOf(m.Option, "redirect_dir")
	if valueOf(m.Option, "metacopy") == "on" && redirect != "" && redirect != "on" && (redirect != "follow" || !nothingWritten) {
		return fmt.Errorf("option metacopy=on: it needs redirect_dir=on, and not %s", redirect)
	}
	if slices.Contains(m.Option, Option{Key: "userxattr"}) {
		return conflicting(m.Option, false)
	}
	return nil
}

// conflicting refuses options that cannot be had with user attributes: anybody may set
// those, and could redirect a directory to where he may not look.
func conflicting(given []Option, users bool) error {
	why := "it does not go with userxattr"
	if users {
		why = "not in a user namespace"
	}
	if valueOf(given, "redirect_dir") != "" {
		return errors.New("option redirect_dir: " + why)
	}
	if valueOf(given, "metacopy") == "on" {
		return errors.New("option metacopy=on: " + why)
	}
	return nil
}

func valueOf(given []Option, key string) string {
	for _, o := range given {
		if o.Key == key {
			return o.Value
		}
	}
	return ""
}

// appendOption adds an option unless it is given already.
func appendOption(given []Option, o Option) []Option {
	if slices.Contains(given, o) {
		return given
	}
	return append(slices.Clone(given), o)
}
