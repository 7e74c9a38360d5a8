package layer

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// A hostile is an archive that is refused, and one like it that is not.
type hostile struct {
	name     string
	archive  []member
	reason   string // why it is refused
	harmless []member
}

type member struct {
	tar.Header
	content string
}

func reg(name string) member { return member{tar.Header{Typeflag: tar.TypeReg, Name: name}, "content"} }

func empty(name string) member { return member{tar.Header{Typeflag: tar.TypeReg, Name: name}, ""} }

func dir(name string) member {
	return member{tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755}, ""}
}

func sym(name, to string) member {
	return member{tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: to}, ""}
}

func hard(name, to string) member {
	return member{tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: to}, ""}
}

func char(name string, major, minor int64) member {
	return member{tar.Header{Typeflag: tar.TypeChar, Name: name, Devmajor: major, Devminor: minor, Mode: 0o600}, ""}
}

func with(m member, attr, value string) member {
	m.PAXRecords = map[string]string{xattrPrefix + attr: value}
	return m
}

// huge is a member that says it has more than there is.
func huge(name string, size int64) member {
	return member{tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size}, "too little"}
}

func numbered(n int, what func(string) member) (list []member) {
	for i := range n {
		list = append(list, what(fmt.Sprintf("d/%d", i)))
	}
	return list
}

var corpus = []hostile{
	{"a name with ..", []member{reg("etc/../../out")}, "member etc/../../out: leads out of the directory", []member{reg("etc/..out")}},
	{"a name that is ..", []member{dir("..")}, "member ..: leads out", []member{dir("...")}},
	{"a .. that would stay inside", []member{dir("a/"), reg("a/../b")}, "leads out", []member{dir("a/"), reg("a/./b")}},
	{"an absolute name", []member{reg("/tmp/out")}, "member /tmp/out: an absolute name leads out", []member{reg("./tmp/out")}},
	{"a link, then a file through it", []member{sym("l", "../outside"), reg("l/new")}, "member l/new: leads through a symbolic link, l", []member{sym("l", "../outside"), reg("l2/new")}},
	{"an absolute link, then a file through it", []member{sym("l", "OUTSIDE"), reg("l/new")}, "leads through a symbolic link", []member{sym("l", "OUTSIDE"), reg("k")}},
	{"a link, then the file that it names", []member{sym("l", "../outside/file"), reg("m"), hard("n", "l/x")}, "leads through a symbolic link", []member{sym("l", "../outside/file"), reg("l")}},
	{"a link to a link", []member{sym("a", "b"), sym("b", "../outside"), reg("a/new")}, "leads through a symbolic link, a", []member{sym("a", "b"), sym("b", "../outside")}},
	{"a link deeper down", []member{dir("d/"), sym("d/l", "../../outside"), dir("d/l/e")}, "leads through a symbolic link, l", []member{dir("d/"), sym("d/l", "../../outside"), dir("d/e")}},
	{"a directory replaced by a link", []member{dir("d/"), reg("d/f"), sym("d", "../outside"), reg("d/new")}, "member d/new: leads through", []member{dir("d/"), reg("d/f"), sym("d", "../outside")}},
	{"a link of the target itself", []member{reg("link/new")}, "member link/new: leads through a symbolic link, link in an earlier layer", []member{dir("link/"), reg("link/new")}},
	{"a file through a file", []member{reg("f"), reg("f/g")}, "member f/g: lies in f, which is no directory", []member{reg("f"), reg("g/g")}},
	{"a hard link out", []member{hard("h", "../outside/file")}, "is a hard link to ../outside/file: leads out", []member{reg("a"), hard("h", "a")}},
	{"an absolute hard link", []member{hard("h", "/etc/passwd")}, "an absolute name leads out", []member{dir("etc/"), reg("etc/passwd"), hard("h", "etc/passwd")}},
	{"a hard link through a link", []member{sym("l", "../outside"), hard("h", "l/file")}, "is a hard link to l/file: leads through a symbolic link", []member{sym("l", "../outside"), hard("h", "l")}},
	{"a hard link through a link of the target", []member{hard("h", "link/file")}, "there is no such file", []member{hard("h", "old")}},
	{"a hard link to nothing", []member{hard("h", "nothing")}, "there is no such file in this layer, nor in one below", []member{reg("nothing"), hard("h", "nothing")}},
	{"a hard link to itself", []member{reg("h"), hard("h", "h")}, "is a hard link to itself", []member{reg("h"), hard("i", "./h")}},
	{"a hard link to a directory", []member{dir("d"), hard("h", "d")}, "is a directory", []member{dir("d"), reg("d/f"), hard("h", "d/f")}},
	{"a hard link to what is deleted", []member{empty(".wh.old"), hard("h", "old")}, "there is no such file", []member{empty(".wh.older"), hard("h", "old")}},
	{"a whiteout through a link", []member{sym("l", "../outside"), empty("l/.wh.file")}, "member l/.wh.file: leads through a symbolic link", []member{sym("l", "../outside"), empty(".wh.file")}},
	{"a whiteout through a link of the target", []member{empty("link/.wh.file")}, "leads through a symbolic link, link in an earlier layer", []member{empty(".wh.link")}},
	{"an opaque mark through a link of the target", []member{empty("link/.wh..wh..opq")}, "leads through a symbolic link", []member{empty("dir/.wh..wh..opq")}},
	{"a whiteout of ..", []member{empty("dir/.wh...")}, "a whiteout of no file", []member{empty("dir/.wh....")}},
	{"a whiteout of .", []member{empty("dir/.wh..")}, "a whiteout of no file", []member{empty("dir/.wh..a")}},
	{"a whiteout of nothing", []member{empty(".wh.")}, "a whiteout of no file", []member{empty("wh.")}},
	{"a whiteout with content", []member{reg(".wh.old")}, "a whiteout is an empty file", []member{empty(".wh.old")}},
	{"a whiteout that is a link", []member{sym(".wh.old", "x")}, "a whiteout is an empty file", []member{sym("wh.old", "x")}},
	{"a file in a whiteout", []member{dir(".wh.d"), reg(".wh.d/f")}, "a whiteout is an empty file", []member{dir("wh.d"), reg("wh.d/f")}},
	{"a file in a whiteout without a member", []member{reg(".wh.d/f")}, ".wh.d is a whiteout, and no directory", []member{reg("wh.d/f")}},
	{"a file of aufs", []member{empty(".wh..wh.plnk")}, "aufs", []member{empty(".wh.plnk")}},
	{"a whiteout of the kernel", []member{char("w", 0, 0)}, "overlayfs's whiteout", []member{char("w", 1, 3)}},
	{"an opaque mark of the kernel", []member{with(dir("d"), "trusted.overlay.opaque", "y")}, "attribute trusted.overlay.opaque", []member{with(dir("d"), "trusted.overlaid.opaque", "y")}},
	{"a user's opaque mark of the kernel", []member{with(dir("d"), "user.overlay.opaque", "y")}, "attribute user.overlay.opaque", []member{with(dir("d"), "user.over", "y")}},
	{"a redirection of the kernel", []member{with(dir("d"), "trusted.overlay.redirect", "/etc")}, "trusted.overlay.redirect", []member{with(dir("d"), "trusted.redirect", "/etc")}},
	{"an owner in an attribute", []member{with(reg("f"), overrideName, "0:0:4755")}, overrideName, []member{with(reg("f"), "user.stat", "0:0:4755")}},
	{"more bytes than there is room", []member{huge("f", 1<<62)}, "and the file system has only", []member{reg("f")}},
	{"very many bytes in two members", []member{reg("e"), huge("f", 1<<40)}, "and the file system has only", []member{reg("e"), reg("f")}},
	{"a name that is too long", []member{reg(strings.Repeat("x", 256))}, "longer than 255 bytes", []member{reg(strings.Repeat("x", 255))}},
	{"too many directories", []member{reg(strings.Repeat("d/", 401) + "f")}, "more than 400 directories deep", []member{reg(strings.Repeat("d/", 399) + "f")}},
	{"a root that is a file", []member{reg("./.")}, "would replace the directory itself", []member{dir("./.")}},
	{"a root that is a link", []member{sym("./", "../outside")}, "would replace the directory itself", []member{dir("./")}},
	{"a type that nobody knows", []member{{tar.Header{Typeflag: 'Z', Name: "z"}, ""}}, "is of a type that is not known", []member{{tar.Header{Typeflag: tar.TypeFifo, Name: "z"}, ""}}},
	{"the name of the stage", []member{dir(".ufs-apply-x"), sym(".ufs-apply-x", "../outside"), reg(".ufs-apply-x/new")}, "leads through", []member{dir(".ufs-apply-y")}},
	{"good ones before a bad one", append(numbered(100, reg), reg("../x")), "member ../x: leads out", numbered(100, reg)},
}

// write makes an archive of members, as a hostile program would: its headers are not looked at.
func write(t testing.TB, outside string, members []member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := m.Header
		h.Format, h.Linkname = tar.FormatPAX, strings.ReplaceAll(h.Linkname, "OUTSIDE", outside)
		lies := h.Size > 0
		if !lies {
			h.Size = int64(len(m.content))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if lies {
			return b.Bytes()
		}
		io.WriteString(w, m.content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostileArchivesAreRefused(t *testing.T) {
	sandbox.Root(t)
	sandbox.Run(t, func(t *sandbox.T) {
		for i, h := range corpus {
			for _, good := range []bool{true, false} {
				base := filepath.Join(t.TempDir(), fmt.Sprint(i, good))
				target := base + "/target"
				furnish(t, base)
				before, err := snapshot(base)
				if err != nil {
					t.Fatal(err)
				}
				members := h.archive
				if good {
					members = h.harmless
				}
				err = applied(target, write(t, base+"/outside", members))
				after, e := snapshot(base)
				if e != nil {
					t.Fatal(e)
				}
				switch {
				case good && err != nil:
					t.Errorf("the harmless twin of %s: %v", h.name, err)
				case good:
					for path := range after {
						if strings.HasPrefix(path, "target/") || path == "target" {
							delete(after, path)
						}
					}
					for path := range before {
						if strings.HasPrefix(path, "target/") || path == "target" {
							delete(before, path)
						}
					}
				case err == nil || !strings.Contains(err.Error(), h.reason):
					t.Errorf("%s: %v", h.name, err)
				}
				if text := differing(before, after); text != "" {
					t.Errorf("%s, harmless %v: changes\n%s", h.name, good, text)
				}
			}
		}
		t.Logf("%d archives and their twins", len(corpus))
	})
}

// furnish makes a target with something in it, and something beside it.
func furnish(t *sandbox.T, base string) {
	for _, dir := range []string{base, base + "/outside", base + "/target", base + "/target/dir"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"outside/file": "outside", "target/old": "old", "target/dir/file": "inside"} {
		if err := os.WriteFile(filepath.Join(base, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside", base+"/target/link"); err != nil {
		t.Fatal(err)
	}
}

func TestLimits(t *testing.T) {
	l := &limits{bytes: 10, members: 3}
	for i, want := range []bool{true, false, true, true, false} {
		size := []int64{4, 7, 6, 0, 0}[i]
		if err := l.take(&tar.Header{Size: size}); (err == nil) != want {
			t.Errorf("member %d of %d bytes: %v", i, size, err)
		}
	}
}

// An archive may end nowhere but at its end, whatever it is compressed by.
func TestNoPrefixOfAnArchiveIsAnArchive(t *testing.T) {
	whole := write(t, "", []member{dir("d"), reg("d/f"), empty("d/.wh.x"), {tar.Header{Typeflag: tar.TypeReg, Name: "zeros"}, strings.Repeat("\x00", 2000)}})
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(whole)
	z.Close()
	for _, archive := range [][]byte{whole[:len(whole)-512], packed.Bytes()} {
		for size := range archive {
			err := readAll(t, archive[:size])
			if err == nil || strings.Contains(err.Error(), "EOF") {
				t.Fatalf("the first %d of %d bytes: %v", size, len(archive), err)
			}
		}
		if err := readAll(t, archive); err != nil {
			t.Fatalf("all of it: %v", err)
		}
	}
}

// readAll reads an archive to its end, as ufs-apply does.
func readAll(t testing.TB, archive []byte) error {
	t.Helper()
	s := &Source{ctx: context.Background()}
	if err := s.uncompress(bytes.NewReader(archive)); err != nil {
		return err
	}
	defer s.Close()
	r := newReader(s.plain)
	for {
		if _, err := r.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestStagesOfTheKilledAreCollected(t *testing.T) {
	target := t.TempDir()
	one, err := NewStage(target)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(target+"/.ufs-apply-7-0/1/full", 0o700); err != nil {
		t.Fatal(err)
	}
	two, err := NewStage(target)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := os.ReadDir(target)
	names := []string{}
	for _, e := range list {
		names = append(names, e.Name())
	}
	want := []string{one.name, two.name}
	if slices.Sort(want); !slices.Equal(names, want) {
		t.Errorf("found %q, want %q", names, want)
	}
	for _, s := range []*Stage{one, two} {
		if err := s.Remove(true); err != nil {
			t.Error(err)
		}
	}
	if list, _ := os.ReadDir(target); len(list) > 0 {
		t.Errorf("%v is left", list)
	}
	unix.Umask(0o022)
}
