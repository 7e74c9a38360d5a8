package layer

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

var (
	trees = flag.Int("trees", 150, "how many trees are changed at random")
	seed  = flag.Int64("seed", 1, "of the first of them")
)

// A playground is an overlay at which things are done at random.
type playground struct {
	*rand.Rand
	t      *sandbox.T
	dir    string
	merged string
	made   map[string]int // how often what was made
}

// TestTheKernelAgrees does things at random to a mounted overlay. The archive of its upper layer, unpacked onto a copy of
// the lower one, must give what the overlay shows; and so must the archive unpacked as a layer, mounted by the kernel.
func TestTheKernelAgrees(t *testing.T) {
	sandbox.Root(t)
	sandbox.Run(t, func(t *sandbox.T) {
		made := map[string]int{}
		for i := range *trees {
			p := &playground{rand.New(rand.NewSource(*seed + int64(i))), t, filepath.Join(t.TempDir(), fmt.Sprint(i)), "", made}
			p.play()
			if t.Failed() {
				t.Fatalf("the seed is %d", *seed+int64(i))
			}
		}
		for _, what := range []string{
			"whiteout", "opaque", "rename", "hard link", "xattr", "directory for file", "link for directory", "file for directory",
			"chmod", "chown", "times", "device", "fifo", "symlink", "append", "hole", "long name", "rename of directory", "file for link",
		} {
			if made[what] == 0 {
				t.Errorf("in all those trees there was no %s", what)
			}
		}
		t.Logf("%d trees: %v", *trees, made)
	})
}

func (p *playground) play() {
	lower, upper, work := p.dir+"/lower", p.dir+"/upper", p.dir+"/work"
	p.merged = p.dir + "/merged"
	p.mkdir(lower, upper, work, p.merged, p.dir+"/copy", p.dir+"/layer", p.dir+"/again")
	// What is below grows in the same way.
	made := p.made
	p.merged, p.made = lower, map[string]int{}
	p.change(40)
	p.merged, p.made = p.dir+"/merged", made
	before := p.snapshot(lower)
	p.must(exec.Command("cp", "-a", lower+"/.", p.dir+"/copy").Run())
	p.mount("lowerdir="+lower+",upperdir="+upper+",workdir="+work, p.merged)
	defer unix.Unmount(p.merged, unix.MNT_DETACH)
	p.change(10 + p.Intn(50))
	p.count(upper)
	after := p.snapshot(p.merged)

	for _, lowers := range [][]string{nil, {lower}} {
		archive, err := archived(upper, lowers...)
		p.must(err)
		p.mkdir(p.dir + "/target")
		p.must(exec.Command("cp", "-a", p.dir+"/copy/.", p.dir+"/target").Run())
		p.must(applied(p.dir+"/target", archive))
		p.same("unpacked onto a copy", after, p.snapshot(p.dir+"/target"))
		p.must(os.RemoveAll(p.dir + "/target"))

		p.mkdir(p.dir + "/layer")
		p.must(unpacked(p.dir+"/layer", bytes.NewReader(archive)))
		p.mount("lowerdir="+p.dir+"/layer:"+lower, p.dir+"/again")
		p.same("unpacked as a layer", after, p.snapshot(p.dir+"/again"))
		p.must(unix.Unmount(p.dir+"/again", 0))
		p.must(os.RemoveAll(p.dir + "/layer"))
	}
	p.kinds(upper, lower, before, after)
}

// kinds checks the list of changes against the two trees. In a directory that was replaced, the trees do not tell what is
// new and what was there before.
func (p *playground) kinds(upper, lower string, before, after map[string]string) {
	got, replaced := map[string]Kind{}, []string{}
	p.must(Walk(upper, []string{lower}, func(c *Change) error {
		if c.Kind != Same {
			got[c.Path] = c.Kind
		}
		if c.Kind == Replaced {
			replaced = append(replaced, c.Path+"/")
		}
		return nil
	}))
	paths := map[string]bool{}
	for path := range before {
		paths[path] = true
	}
	for path := range after {
		paths[path] = true
	}
	for path := range paths {
		hidden := false
		for _, dir := range replaced {
			hidden = hidden || strings.HasPrefix(path, dir)
		}
		want := expected(path, before, after)
		if !hidden && got[path] != want && got[path] != Replaced {
			p.t.Errorf("%s is %q, not %q\n  before %s\n  after  %s", path, got[path], want, before[path], after[path])
		}
	}
}

func expected(path string, before, after map[string]string) Kind {
	old, now := strings.Split(before[path], "|"), strings.Split(after[path], "|")
	switch {
	case before[path] == "":
		return Added
	case after[path] == "" && strings.HasPrefix(after[filepath.Dir(path)], "04"):
		return Deleted
	case after[path] == "":
		return 0
	case old[0][:2] != now[0][:2]:
		return Replaced
	case old[3] != now[3]:
		return Changed
	case old[0] != now[0] || old[1] != now[1] || old[2] != now[2] && !strings.HasPrefix(now[0], "04"):
		return Metadata
	}
	return 0
}

// count counts what there is in the upper layer.
func (p *playground) count(upper string) {
	p.must(filepath.WalkDir(upper, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		dir, err := openTop(filepath.Dir(path))
		if err != nil {
			return err
		}
		defer unix.Close(dir)
		n, err := look(dir, filepath.Base(path))
		if err == nil && n.isWhiteout() {
			p.made["whiteout"]++
		}
		if err == nil && n.isOpaque() {
			p.made["opaque"]++
		}
		return err
	}))
}

func (p *playground) mount(options, at string) {
	p.t.Helper()
	if strings.Contains(options, "upperdir") {
		options += ",redirect_dir=off,metacopy=off,index=off"
	}
	if err := unix.Mount("overlay", at, "overlay", 0, options); err != nil {
		p.t.Fatalf("mount an overlay: %v", err)
	}
}

func (p *playground) same(how string, want, got map[string]string) {
	p.t.Helper()
	if text := differing(want, got); text != "" {
		p.t.Errorf("%s:\n%s", how, text)
	}
}

func (p *playground) snapshot(dir string) map[string]string {
	p.t.Helper()
	lines, err := snapshot(dir)
	p.must(err)
	return lines
}

func (p *playground) mkdir(dirs ...string) {
	for _, dir := range dirs {
		p.must(os.MkdirAll(dir, 0o755))
	}
}

func (p *playground) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// change does some things at random. Whatever the kernel refuses is not done.
func (p *playground) change(times int) {
	for range times {
		what, err := p.one()
		switch {
		case err == nil:
			p.made[what]++
		case errors.Is(err, unix.EXDEV), errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENOTEMPTY),
			errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL), errors.Is(err, unix.EPERM), errors.Is(err, unix.ELOOP):
		default:
			p.t.Fatalf("%s: %v", what, err)
		}
	}
}

// path is a path in the tree, which may or may not be there.
func (p *playground) path() string {
	path := p.merged
	for range 1 + p.Intn(3) {
		path += "/" + string(rune('a'+p.Intn(5)))
	}
	return path
}

// one does one thing, most often to something that is there.
func (p *playground) one() (what string, err error) {
	path, other := p.path(), p.path()
	info, _ := os.Lstat(path)
	for range p.Intn(8) {
		if info == nil {
			path = p.path()
			info, _ = os.Lstat(path)
		}
	}
	isDir := info != nil && info.IsDir()
	isLink := info != nil && info.Mode()&fs.ModeSymlink != 0
	isFile := info != nil && info.Mode().IsRegular()
	switch p.Intn(20) {
	case 0, 1:
		return "file", p.write(path, os.O_CREATE|os.O_EXCL)
	case 2, 3:
		return "directory", os.Mkdir(path, fs.FileMode(0o700|p.Intn(0o100)))
	case 4:
		return "append", p.write(path, os.O_APPEND)
	case 5:
		if info == nil {
			return "", fs.ErrNotExist // RemoveAll would open what the path leads through, even a fifo
		}
		return "removal", os.RemoveAll(path)
	case 6:
		if isDir {
			return "rename of directory", os.Rename(path, other)
		}
		return "rename", os.Rename(path, other)
	case 7:
		return "hard link", os.Link(path, other)
	case 8:
		return "symlink", os.Symlink("../"+filepath.Base(other), path)
	case 9:
		return "chmod", p.onReal(info, func() error { return unix.Chmod(path, uint32(p.Intn(0o10000))) })
	case 10:
		return "chown", os.Lchown(path, p.Intn(3_000_000), p.Intn(3))
	case 11:
		return "times", p.onReal(info, func() error {
			return unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{{}, {Sec: p.Int63n(1 << 31), Nsec: p.Int63n(1e9)}}, unix.AT_SYMLINK_NOFOLLOW)
		})
	case 12:
		return "xattr", p.onReal(info, func() error {
			return unix.Lsetxattr(path, "trusted.x"+fmt.Sprint(p.Intn(3)), p.bytes(1+p.Intn(300)), 0)
		})
	case 13:
		return "device", unix.Mknod(path, []uint32{unix.S_IFBLK, unix.S_IFCHR}[p.Intn(2)]|0o600, 1+p.Intn(1<<20))
	case 14:
		return "fifo", unix.Mkfifo(path, 0o644)
	case 15:
		if !isFile {
			return "", fs.ErrNotExist
		}
		return "hole", os.Truncate(path, int64(p.Intn(100_000)))
	case 16:
		return "long name", p.write(filepath.Dir(path)+"/"+strings.Repeat("long", 50)+fmt.Sprint(p.Intn(3)), os.O_CREATE)
	case 17:
		if !isDir {
			return "", fs.ErrNotExist
		}
		return "file for directory", errors.Join(os.RemoveAll(path), p.write(path, os.O_CREATE))
	case 18:
		switch {
		case isDir && p.Intn(2) == 0:
			return "directory anew", errors.Join(os.RemoveAll(path), os.Mkdir(path, 0o755), p.write(path+"/a", os.O_CREATE))
		case isDir:
			return "link for directory", errors.Join(os.RemoveAll(path), os.Symlink("a", path))
		case isLink:
			return "file for link", errors.Join(os.Remove(path), p.write(path, os.O_CREATE|os.O_EXCL))
		case isFile:
			return "directory for file", errors.Join(os.Remove(path), os.Mkdir(path, 0o755))
		}
		return "", fs.ErrNotExist
	}
	return "capability", p.onReal(info, func() error {
		if !isFile {
			return fs.ErrNotExist
		}
		return unix.Setxattr(path, "security.capability", []byte("\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 0)
	})
}

// onReal does something to what is there and is no symbolic link.
func (p *playground) onReal(info fs.FileInfo, do func() error) error {
	if info == nil || info.Mode()&fs.ModeSymlink != 0 {
		return fs.ErrNotExist
	}
	return do()
}

func (p *playground) bytes(n int) []byte {
	b := make([]byte, n)
	p.Read(b)
	return b
}

func (p *playground) write(path string, flags int) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fs.ErrExist // a fifo would keep us waiting
	}
	f, err := os.OpenFile(path, os.O_WRONLY|flags, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(p.bytes(p.Intn(10_000)))
	return errors.Join(err, f.Close())
}
