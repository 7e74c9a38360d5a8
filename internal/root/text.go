package root

import (
	"fmt"
	"path"
	"strings"
)

// cut divides a text at its first separator, and takes away the backslashes of what is
// before it: \: is a colon that does not separate, and \\ a backslash.
func cut(text string, separator byte) (before, after string, found bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == separator:
			return b.String(), text[i+1:], true
		case c == '\\' && i+1 < len(text) && (text[i+1] == separator || text[i+1] == '\\'):
			i++
			c = text[i]
		}
		b.WriteByte(c)
	}
	return b.String(), "", false
}

// escape is the inverse of cut.
func escape(name string, separator byte) string {
	name = strings.ReplaceAll(name, `\`, `\\`)
	return strings.ReplaceAll(name, string(separator), `\`+string(separator))
}

// absolute wants a path that says by itself where it is in the new root.
func absolute(what, name string) error {
	switch {
	case !path.IsAbs(name):
		return fmt.Errorf("%s %s: a path in the new root begins with a slash", what, name)
	case path.Clean(name) == "/":
		return fmt.Errorf("%s %s: it is the root itself", what, name)
	}
	return nil
}

// inRoot wants one where something can be mounted: nothing may hide what the kernel
// says in /proc.
func inRoot(what, name string) error {
	if clean := path.Clean(name); clean == "/proc" || strings.HasPrefix(clean, "/proc/") {
		return fmt.Errorf("%s %s: nothing may hide what the kernel says in /proc", what, name)
	}
	return absolute(what, name)
}
