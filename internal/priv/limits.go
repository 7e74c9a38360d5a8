package priv

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// An Rlimit is a resource limit, written NAME=SOFT[:HARD] with the names of prlimit(1).
// Without HARD both are the same; "unlimited" or -1 is no limit.
type Rlimit struct {
	Resource   int
	Soft, Hard uint64
}

func (l Rlimit) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%s=%s:%s", recipe.Resources[l.Resource], amount(l.Soft), amount(l.Hard)), nil
}

func amount(n uint64) string {
	if n == unix.RLIM_INFINITY {
		return "unlimited"
	}
	return strconv.FormatUint(n, 10)
}

func (l *Rlimit) UnmarshalText(text []byte) error {
	name, values, ok := strings.Cut(string(text), "=")
	if !ok {
		return fmt.Errorf("%q is no limit: write NAME=SOFT[:HARD], such as nofile=1024", text)
	}
	l.Resource = slices.Index(recipe.Resources[:], strings.TrimPrefix(strings.ToLower(name), "rlimit_"))
	if l.Resource < 0 {
		return fmt.Errorf("no limit is called %q: there are %s", name, strings.Join(recipe.Resources[:], ", "))
	}
	soft, hard, both := strings.Cut(values, ":")
	if !both {
		hard = soft
	}
	for i, value := range []string{soft, hard} {
		n, err := parseAmount(value)
		if err != nil {
			return fmt.Errorf("%q is no limit: %w", text, err)
		}
		*[]*uint64{&l.Soft, &l.Hard}[i] = n
	}
	if l.Soft > l.Hard {
		return fmt.Errorf("%q is no limit: the soft one must not be above the hard one", text)
	}
	return nil
}

func parseAmount(text string) (uint64, error) {
	if text == "unlimited" || text == "-1" {
		return unix.RLIM_INFINITY, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if errors.Is(err, strconv.ErrRange) || err == nil && n == unix.RLIM_INFINITY {
		return 0, fmt.Errorf("%s is more than the kernel can count", text)
	}
	if err != nil {
		return 0, fmt.Errorf("%q is neither a number nor unlimited", text)
	}
	return n, nil
}

// A Mode is a mask of permissions, in octal.
type Mode uint32

func (m Mode) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%#o", uint32(m)), nil }

func (m *Mode) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 8, 32)
	if err != nil || n > 0o777 {
		return fmt.Errorf("%q is no mode: write it in octal, from 0 to 777", text)
	}
	*m = Mode(n)
	return nil
}

// limits records what is about files and resources.
func (d *Drop) limits(r *recipe.Recipe) {
	if d.Umask != nil {
		// Whatever a program asks for, new files do not get these permissions.
		r.Umask(uint32(*d.Umask))
	}
	for _, l := range d.Rlimit {
		//doc:rlimit
		// The soft limit is in force, and the program may raise it up to the hard one. To raise
		// that takes a capability, which is why this comes first.
		r.Prlimit64(l.Resource, l.Soft, l.Hard)
	}
}
