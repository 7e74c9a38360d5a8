package layer

import (
	"errors"
	"fmt"
	"strings"
)

// split divides the name of a member into those of its directories and its own. A
// member that is the root of the tree has none.
func split(name string) (parts []string, err error) {
	if strings.HasPrefix(name, "/") {
		return nil, errors.New("an absolute name leads out of the directory")
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "" || part == ".":
			continue
		case part == "..":
			return nil, errors.New("leads out of the directory")
		case len(part) > 255:
			return nil, errors.New("a name in it is longer than 255 bytes")
		}
		parts = append(parts, part)
	}
	switch {
	case name == "":
		return nil, errors.New("it has no name")
	case len(parts) > deepest:
		return nil, fmt.Errorf("lies more than %d directories deep", deepest)
	}
	return parts, nil
}

// A meaning is what the name of a member says that it is.
type meaning int

const (
	file     meaning = iota
	whiteout         // the name that follows the prefix is deleted
	opaque           // the directory that it is in hides the one below
)

// meaningOf reads the last part of a member's name. Whiteouts are no directories, so
// there is nothing in them.
func meaningOf(parts []string) (m meaning, name string, err error) {
	for i, part := range parts {
		hidden, marked := strings.CutPrefix(part, whiteoutPrefix)
		switch {
		case !marked:
			continue
		case i < len(parts)-1:
			return file, "", fmt.Errorf("%s is a whiteout, and no directory", part)
		case part == opaqueName:
			return opaque, "", nil
		case strings.HasPrefix(part, aufsPrefix):
			return file, "", errors.New("names that begin with " + aufsPrefix + " are aufs's own")
		case hidden == "" || hidden == "." || hidden == "..":
			return file, "", errors.New("a whiteout of no file")
		}
		return whiteout, hidden, nil
	}
	if len(parts) == 0 {
		return file, "", nil
	}
	return file, parts[len(parts)-1], nil
}
