package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Promote rewrites a file. Where it is one of the machine, which are read-only in a sandbox, the parent does it, if the
// test passes.
func Promote(t testing.TB, file string, content []byte) {
	t.Helper()
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	err = os.WriteFile(path, content, 0o644)
	switch {
	case inside != nil && errors.Is(err, syscall.EROFS):
		inside.result.promote(path, content)
	case err != nil:
		t.Fatal(err)
	default:
		t.Logf("%s: updated", path)
	}
}

func (r *result) promote(path string, content []byte) {
	if r.Promoted == nil {
		r.Promoted = map[string][]byte{}
	}
	r.Promoted[path] = content
}

// writePromoted is the parent's part.
func (r result) writePromoted(t testing.TB) {
	t.Helper()
	for path, content := range r.Promoted {
		Promote(t, path, content)
	}
}
