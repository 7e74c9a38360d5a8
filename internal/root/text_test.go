package root

import (
	"reflect"
	"testing"

	"ctrkit/internal/argv"
)

func TestBindsAreParsed(t *testing.T) {
	for text, want := range map[string]Bind{
		"a:/b":                      {Source: "a", Target: "/b"},
		"/a b:/c,d:ro":              {Source: "/a b", Target: "/c,d", ReadOnly: true},
		`a\:b:/c\:d`:                {Source: "a:b", Target: "/c:d"},
		`a\\:/b`:                    {Source: `a\`, Target: "/b"},
		`a\\\:b:/c\d`:               {Source: `a\:b`, Target: `/c\d`},
		"a:/b:rw":                   {Source: "a", Target: "/b"},
		`a\:/b`:                     {},
		"a:/b:ro,rec":               {Source: "a", Target: "/b", ReadOnly: true, Recursive: true},
		"a:/b:rec,idmap=0:5:9":      {Source: "a", Target: "/b", Recursive: true, Maps: []argv.Map{{Inner: 0, Outer: 5, Count: 9}}},
		"a:/b:idmap=1:2:3,idmap=7:": {},
		"":                          {}, ":": {}, "a": {}, "a:": {}, ":/b": {}, "a:/b:": {}, "a:/b:rx": {}, "a:/b:ro,": {}, "a:/b:ro:rec": {},
	} {
		var b Bind
		if err := b.UnmarshalText([]byte(text)); (err != nil) != reflect.DeepEqual(want, Bind{}) || err == nil && !reflect.DeepEqual(b, want) {
			t.Errorf("%q is %+v, %v", text, b, err)
		}
	}
}

func TestDirectoriesInMemoryAreParsed(t *testing.T) {
	for text, want := range map[string]Tmpfs{
		"/a":                        {Target: "/a"},
		"/a:size=1M,mode=700":       {Target: "/a", Size: 1 << 20, Mode: 0o700},
		`/a\:b\\:exec`:              {Target: `/a:b\`, Exec: true},
		"/a:mode=1777,exec,size=4k": {Target: "/a", Size: 4096, Mode: 0o1777, Exec: true},
		"":                          {}, ":size=1M": {}, "/a:": {}, "/a:size": {}, "/a:size=0": {}, "/a:mode=": {}, "/a:mode=0": {},
		"/a:mode=10000": {}, "/a:mode=9": {}, "/a:noexec": {}, "/a:exec=": {},
	} {
		var m Tmpfs
		if err := m.UnmarshalText([]byte(text)); (err != nil) != (want == Tmpfs{}) || err == nil && m != want {
			t.Errorf("%q is %+v, %v", text, m, err)
		}
	}
}

func TestFilesAreParsed(t *testing.T) {
	for text, want := range map[string]File{
		"/a=":            {"/a", ""},
		"/a=b=c\\=\nd\n": {"/a", "b=c\\=\nd\n"},
		`/a\=b\\=c`:      {`/a=b\`, "c"},
		`/a\b=`:          {`/a\b`, ""},
		"/a":             {}, "": {}, "=text": {}, `/a\=b`: {},
	} {
		var f File
		if err := f.UnmarshalText([]byte(text)); (err != nil) != (want == File{}) || err == nil && f != want {
			t.Errorf("%q is %+v, %v", text, f, err)
		}
	}
}

func TestPlacesInTheRoot(t *testing.T) {
	for name, good := range map[string]bool{
		"/a": true, "/procs": true, "/a/proc": true, "/a/../b": true, "//a/": true,
		"": false, "a": false, "/": false, "/..": false, "/a/..": false, "//": false,
		"/proc": false, "/proc/": false, "/proc/sys": false, "//proc": false, "/../proc": false, "/a/../proc/self": false,
	} {
		if err := inRoot("mount on", name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// What is parsed is printed so that it is parsed to the same.
func FuzzText(f *testing.F) {
	f.Add(`a\:b\\:/c:ro,rec,idmap=0:1:2`, `/a\:b:size=1M,mode=755,exec`, `/a\=b\\=c=d`)
	f.Fuzz(func(t *testing.T, bind, tmpfs, file string) {
		var b, b2 Bind
		if b.UnmarshalText([]byte(bind)) == nil {
			if text, err := b.MarshalText(); err != nil || b2.UnmarshalText(text) != nil || !reflect.DeepEqual(b, b2) {
				t.Errorf("%q is %+v, and then %+v", bind, b, b2)
			}
		}
		var m, m2 Tmpfs
		if m.UnmarshalText([]byte(tmpfs)) == nil {
			if text, err := m.MarshalText(); err != nil || m2.UnmarshalText(text) != nil || m != m2 {
				t.Errorf("%q is %+v, and then %+v", tmpfs, m, m2)
			}
		}
		var x, x2 File
		if x.UnmarshalText([]byte(file)) == nil {
			if text, err := x.MarshalText(); err != nil || x2.UnmarshalText(text) != nil || x != x2 {
				t.Errorf("%q is %+v, and then %+v", file, x, x2)
			}
		}
	})
}
