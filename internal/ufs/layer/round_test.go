package layer

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"

	"ctrkit/internal/sandbox"
)

// What is written is what is read, whatever is in it.
func TestWhatIsWrittenIsRead(t *testing.T) {
	sandbox.Root(t)
	sandbox.Run(t, func(t *sandbox.T) {
		for i := range 50 {
			p := &playground{rand.New(rand.NewSource(int64(i))), t, filepath.Join(t.TempDir(), fmt.Sprint(i)), "", map[string]int{}}
			p.merged = p.dir + "/upper"
			p.mkdir(p.merged, p.dir+"/copy", p.dir+"/stage")
			p.change(100)
			archive, err := archived(p.merged)
			p.must(err)
			again, err := archived(p.merged)
			if p.must(err); !bytes.Equal(archive, again) {
				t.Error("the same files do not make the same archive")
			}
			p.must(unpacked(p.dir+"/copy", bytes.NewReader(archive)))
			p.same("unpacked", p.snapshot(p.merged), p.snapshot(p.dir+"/copy"))
			p.must(applied(p.dir+"/stage", archive))
			p.same("unpacked by a stage", p.snapshot(p.merged), p.snapshot(p.dir+"/stage"))
			// What was read is written as it was.
			again, err = archived(p.dir + "/copy")
			if p.must(err); !bytes.Equal(archive, again) {
				t.Error("what was read is not written in the same way")
			}
		}
	})
}

// Compression is told by what is in the file.
func TestCompressions(t *testing.T) {
	plain := write(t, "", append(numbered(100, reg), dir("e")))
	var zipped, packed bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(plain)
	z.Close()
	s, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	s.Write(plain)
	s.Close()
	skippable := append([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), packed.Bytes()...)
	for _, archive := range [][]byte{plain, zipped.Bytes(), packed.Bytes(), skippable} {
		if err := readAll(t, archive); err != nil {
			t.Errorf("%q...: %v", archive[:4], err)
		}
	}
	damaged := bytes.Clone(zipped.Bytes())
	damaged[len(damaged)-6] ^= 1 // in the sum
	for _, archive := range [][]byte{damaged, {}, []byte("no archive at all"), bytes.Repeat([]byte("text\n"), 1000), []byte("\xfd7zXZ\x00..."), packed.Bytes()[:packed.Len()-5]} {
		if err := readAll(t, archive); err == nil {
			t.Errorf("%.8q...: no error", archive)
		}
	}
}

func TestHolesAreFound(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 300 {
		var content []byte
		for range random.Intn(6) {
			piece := make([]byte, random.Intn(3*holeSize))
			if random.Intn(2) == 0 {
				random.Read(piece)
			}
			content = append(content, piece...)
		}
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		p := &packet{Unpacking: &Unpacking{buffer: make([]byte, 1+random.Intn(2*holeSize))}}
		p.in = newReader(bytes.NewReader(write(t, "", []member{{tar.Header{Typeflag: tar.TypeReg, Name: "f"}, string(content)}})))
		if _, err := p.in.next(); err != nil {
			t.Fatal(err)
		}
		if err := p.content(context.Background(), int(f.Fd()), int64(len(content))); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(f.Name())
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("%d bytes became %d others, %v", len(content), len(got), err)
		}
		f.Close()
	}
}

func TestOverridesAreReadAsTheyAreWritten(t *testing.T) {
	for _, o := range []override{
		{0, 0, unix.S_IFREG | 0o4755, 0},
		{1000, 5, unix.S_IFDIR | 0o1777, 0},
		{1, 4294967294, unix.S_IFCHR | 0o600, unix.Mkdev(1, 3)},
		{0, 0, unix.S_IFBLK, unix.Mkdev(259, 1048575)},
	} {
		typ := o.mode & unix.S_IFMT
		if o.device != 0 {
			typ = unix.S_IFREG
		}
		if got, err := parseOverride(o.String(), typ); err != nil || *got != o {
			t.Errorf("%s is read as %+v, %v", &o, got, err)
		}
	}
	if o, err := parseOverride("5:6:0755", unix.S_IFDIR); err != nil || *o != (override{5, 6, unix.S_IFDIR | 0o755, 0}) {
		t.Errorf("without a type: %v, %v", o, err)
	}
}

func FuzzOverride(f *testing.F) {
	f.Add("0:0:0755:char-1-3")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parseOverride(text, unix.S_IFREG)
		if err != nil {
			return
		}
		again, err := parseOverride(o.String(), unix.S_IFREG)
		if err != nil || *again != *o {
			t.Errorf("%q is %+v, then %+v, %v", text, o, again, err)
		}
	})
}

func FuzzNames(f *testing.F) {
	f.Add("a/../b")
	f.Add("/.wh..wh..opq")
	f.Fuzz(func(t *testing.T, name string) {
		parts, err := split(name)
		if err != nil {
			return
		}
		for _, part := range parts {
			if part == "" || part == "." || part == ".." || bytes.ContainsRune([]byte(part), '/') {
				t.Errorf("%q has the part %q", name, part)
			}
		}
		if _, hidden, err := meaningOf(parts); err == nil && (hidden == "." || hidden == "..") {
			t.Errorf("%q hides %q", name, hidden)
		}
	})
}

// FuzzReader reads what may be an archive, and unpacks it: nothing crashes, and nothing outside is changed.
func FuzzReader(f *testing.F) {
	for _, h := range corpus {
		f.Add(write(f, "/outside", h.archive))
		f.Add(write(f, "/outside", h.harmless))
	}
	f.Fuzz(func(t *testing.T, archive []byte) {
		base := t.TempDir()
		outside := base + "/outside"
		if err := os.Mkdir(outside, 0o755); err != nil {
			t.Fatal(err)
		}
		before, err := snapshot(outside)
		if err != nil {
			t.Fatal(err)
		}
		s := &Source{ctx: context.Background()}
		if err := s.uncompress(bytes.NewReader(archive)); err != nil {
			return
		}
		plain, err := io.ReadAll(io.LimitReader(s.plain, 1<<20))
		s.Close()
		if err != nil {
			return
		}
		err = applied(base+"/target", plain)
		after, e := snapshot(outside)
		if e != nil {
			t.Fatal(e)
		}
		if text := differing(before, after); text != "" {
			t.Errorf("outside (%v):\n%s", err, text)
		}
		list, _ := os.ReadDir(base)
		if err != nil && len(list) != 1 || len(list) > 2 {
			t.Errorf("%v is there after %v", list, err)
		}
	})
}
