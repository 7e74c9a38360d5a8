package proc

import (
	"strconv"
	"strings"
)

// A Mount is one line of /proc/PID/mountinfo: the directory Root of a file system is to
// be seen at Point. See proc_pid_mountinfo(5).
type Mount struct {
	ID, Parent  int
	Root, Point string
	Shared      bool // what is mounted below it appears elsewhere too
	ReadOnly    bool
	FS, Source  string
	Options     []string // of the file system
}

// Mounts reads a text of /proc/PID/mountinfo, in its order: of two mounts at one point,
// the later one covers the other.
func Mounts(text string) (list []Mount) {
	for line := range strings.Lines(text) {
		mount, fs, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " - ")
		where, what := strings.Split(mount, " "), strings.Split(fs, " ")
		if len(where) < 6 || len(what) < 3 {
			continue
		}
		m := Mount{Root: plain(where[3]), Point: plain(where[4]), FS: plain(what[0]), Source: plain(what[1])}
		m.ID, _ = strconv.Atoi(where[0])
		m.Parent, _ = strconv.Atoi(where[1])
		m.ReadOnly = where[5] == "ro" || strings.HasPrefix(where[5], "ro,")
		m.Shared = strings.Contains(" "+strings.Join(where[6:], " "), " shared:")
		for option := range strings.SplitSeq(what[2], ",") {
			m.Options = append(m.Options, plain(option))
		}
		list = append(list, m)
	}
	return list
}

// Option is the value of an option of the file system, or "".
func (m *Mount) Option(key string) string {
	for _, option := range m.Options {
		if value, ok := strings.CutPrefix(option, key+"="); ok {
			return value
		}
	}
	return ""
}

// Mounted finds the mount with a number, as statx(2) tells it of a file; nil if there is
// none.
func Mounted(list []Mount, id uint64) *Mount {
	for i := range list {
		if uint64(list[i].ID) == id {
			return &list[i]
		}
	}
	return nil
}
