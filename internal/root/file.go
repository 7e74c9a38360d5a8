package root

import (
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A File is a small file that cannot be changed and exists in the new root only. It is
// written DST=TEXT. An equals sign in DST has a backslash before it, and so has a
// backslash before that or another.
type File struct{ Target, Text string }

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
	// Its text is what the command line says, byte by byte.
	r.Write(file, f.Text)
	// A file system that is written to could not be made read-only.
	r.Close(file)
}
