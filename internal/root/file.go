package root

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A File is a line of a small file that cannot be changed and exists in the new root only,
// or several of them. It is written DST=TEXT. An equals sign in DST has a backslash before
// it, and so has a backslash before that or another.
type File struct{ Target, Text string }

// files are the files, with all lines that they were given. The last byte of a line is a
// line feed, whether it was given or not; a file without a line is empty.
func (p *Pivot) files() (list []File) {
	for _, f := range p.File {
		if f.Text != "" && !strings.HasSuffix(f.Text, "\n") {
			f.Text += "\n"
		}
		i := slices.IndexFunc(list, func(other File) bool { return path.Clean(other.Target) == path.Clean(f.Target) })
		if i < 0 {
			list = append(list, f)
		} else {
			list[i].Text += f.Text
		}
	}
	return list
}

func (f File) MarshalText() ([]byte, error) { return []byte(escape(f.Target, '=') + "=" + f.Text), nil }

func (f *File) UnmarshalText(text []byte) error {
	target, content, ok := cut(string(text), '=')
	if !ok || target == "" {
		return fmt.Errorf("%q is no file: write DST=TEXT", text)
	}
	*f = File{target, content}
	return nil
}

// write writes the file under a name in the working directory.
func (f *File) write(r *recipe.Recipe, name string) {
	// Everybody may read it.
	r.MknodatFile(name, 0o444)
	// Root may write to it all the same.
	file := r.Openat(name, unix.O_WRONLY|unix.O_CLOEXEC, "text")
	// Its text is what the command line says, line by line.
	r.Write(file, f.Text)
	// A file system that is written to could not be made read-only.
	r.Close(file)
}
