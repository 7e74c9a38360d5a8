package root

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/recipe"
)

// A Tmpfs is an empty directory in memory, written DST[:OPTION,...] with the options
// size=SIZE, mode=MODE and exec.
type Tmpfs struct {
	Target string
	Size   argv.Size // 512M unless given
	Mode   Mode      // 1777 unless given
	Exec   bool      // programs may be run from it
}

// A Mode is that of a directory, in octal digits. Zero stands for not given.
type Mode uint32

const (
	defaultSize argv.Size = 512 << 20
	defaultMode Mode      = 0o1777
)

func (t Tmpfs) MarshalText() ([]byte, error) {
	var options []string
	if t.Size != 0 {
		size, _ := t.Size.MarshalText()
		options = append(options, "size="+string(size))
	}
	if t.Mode != 0 {
		options = append(options, fmt.Sprintf("mode=%o", t.Mode))
	}
	if t.Exec {
		options = append(options, "exec")
	}
	text := escape(t.Target, ':')
	if len(options) > 0 {
		text += ":" + strings.Join(options, ",")
	}
	return []byte(text), nil
}

func (t *Tmpfs) UnmarshalText(text []byte) error {
	target, options, more := cut(string(text), ':')
	if target == "" {
		return fmt.Errorf("%q is no directory in the new root", text)
	}
	*t = Tmpfs{Target: target}
	if !more {
		return nil
	}
	for option := range strings.SplitSeq(options, ",") {
		if err := t.set(option); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tmpfs) set(option string) error {
	name, value, _ := strings.Cut(option, "=")
	switch {
	case name == "size":
		return t.Size.UnmarshalText([]byte(value))
	case name == "mode":
		mode, err := strconv.ParseUint(value, 8, 12)
		if err != nil || mode == 0 {
			return fmt.Errorf("%q is no mode: write octal digits, such as 1777", value)
		}
		t.Mode = Mode(mode)
	case option == "exec":
		t.Exec = true
	default:
		return fmt.Errorf("%q is no option of a tmpfs: it is size=SIZE, mode=MODE or exec", option)
	}
	return nil
}

// mount mounts it on the mount point.
func (t *Tmpfs) mount(r *recipe.Recipe, at recipe.Slot) {
	size, mode, flags := t.Size, t.Mode, uint64(unix.MS_NOSUID|unix.MS_NODEV)
	if size == 0 {
		size = defaultSize
	}
	if mode == 0 {
		mode = defaultMode
	}
	if !t.Exec {
		flags |= unix.MS_NOEXEC
	}
	// What is mounted on "." is mounted on what was opened, whatever its name means now.
	r.Fchdir(at)
	// It lives in memory, empty at first, and is gone with the mount namespace. The limit
	// is there because memory is everybody's.
	r.Mount("tmpfs", ".", "tmpfs", flags, fmt.Sprintf("size=%d,mode=%#o", size, mode))
}
