package ufs

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// escape protects the characters that separate layers and options.
var escape = strings.NewReplacer(`\`, `\\`, `:`, `\:`, `,`, `\,`)

// options are those of an overlay as mount(2) wants them.
func (o *overlay) options(t *tree) string {
	lower := make([]string, len(o.lower))
	for i, dir := range o.lower {
		lower[i] = escape.Replace(dir)
	}
	if o.blank != "" {
		lower = append(lower, escape.Replace(o.blank))
	}
	return t.data(strings.Join(lower, ":"), escape.Replace(o.upper), escape.Replace(o.work))
}

func (t *tree) data(lower, upper, work string) string {
	data := "lowerdir=" + lower
	if upper != "" {
		data += ",upperdir=" + upper + ",workdir=" + work
	}
	for _, option := range t.given {
		data += "," + option.String()
	}
	return data
}

// pageOfOptions is how much of them the kernel reads. It cuts off the rest without a word.
const pageOfOptions = 4096 - 1

// staged reports whether the layers must be given other names, or other owners, first.
func (t *tree) staged(data string) bool { return len(data) > pageOfOptions || len(t.maps) > 0 }

// stageDir is where that is done: a directory of the room.
func (t *tree) stageDir() string { return t.root + "/stage" }

// stage records that the layers get names of a few digits. They count from the working
// directory, so it changes meanwhile.
func (o *overlay) stage(r *recipe.Recipe, t *tree) (back recipe.Slot, data string) {
	// The program is to start where it would have started without this.
	back = r.Openat(".", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, "cwd")
	// The stage takes no room from what will be written, and is gone with one call.
	r.Mkdirat(t.stageDir(), 0o700).Tolerate(unix.EEXIST)
	// The kernel reads 4095 bytes of options, and cuts off the rest without a word. Here,
	// layers have short names, and can be given other owners.
	r.Mount(ours, t.stageDir(), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0700")
	// The layers' names count from here.
	r.Chdir(t.stageDir())
	names := make([]string, len(o.lower))
	for i := range o.lower {
		names[i] = strconv.Itoa(i)
	}
	if len(t.maps) > 0 {
		o.idmapped(r, t, names)
	} else {
		// Overlayfs follows a symbolic link to a layer, and remembers the layer.
		for i, dir := range o.lower {
			r.Symlinkat(dir, names[i])
		}
	}
	if o.blank != "" {
		names = append(names, "blank")
		// The empty layer is where it was.
		r.Symlinkat(o.blank, "blank")
	}
	data = t.data(strings.Join(names, ":"), escape.Replace(o.upper), escape.Replace(o.work))
	if len(data) <= pageOfOptions {
		return back, data
	}
	for _, link := range []struct{ to, name string }{{o.upper, "upper"}, {o.work, "work"}} {
		// The upper layer has too long a name as well.
		r.Symlinkat(link.to, link.name)
	}
	return back, t.data(strings.Join(names, ":"), "upper", "work")
}

// unstage records that the stage is cleared away.
func (t *tree) unstage(r *recipe.Recipe, back recipe.Slot) {
	// The union has its layers, whatever they were called.
	r.Umount2(t.stageDir(), unix.MNT_DETACH)
	// What was the working directory is it again.
	r.Fchdir(back)
	// The descriptor was for that only.
	r.Close(back)
}
