package pack

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/recipe"
	"ctrkit/internal/ufs"
)

// find is the directory in the cache that an archive is unpacked in, or will be, and the alias
// that spares computing its name.
func find(archive string) (dir, alias string, err error) {
	if alias, err = ufs.Alias(archive); err != nil {
		return "", "", err
	}
	if dir, ok := ufs.Cached(alias); ok {
		return dir, alias, nil
	}
	f, err := os.Open(archive)
	if err != nil {
		return "", "", fmt.Errorf("unpack %s: %w", archive, ufs.Plainly(err))
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", "", fmt.Errorf("unpack %s: %w", archive, ufs.Plainly(err))
	}
	return filepath.Join(ufs.CacheDir(), fmt.Sprintf("sha256-%x", hash.Sum(nil))), alias, nil
}

// unpack records that the archive is unpacked into the cache, unless it has been, and returns
// the directory that it is in then. It is named by the digest of the file, as layers are in the
// OCI image specification: so what is in it cannot be out of date.
func (a *Apply) unpack(r *recipe.Recipe) (dir string, err error) {
	archive := a.Layer[0]
	dir, alias, err := find(archive)
	if err != nil {
		return "", err
	}
	p := &applying{step: a, packets: make([]packet, 1), digest: filepath.Base(dir), alias: alias}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		p.fill(r)
	}
	if _, err := os.Lstat(alias); errors.Is(err, fs.ErrNotExist) {
		// As long as the file stays as it is, its digest need not be computed again.
		r.Outside(recipe.Outside{Name: "remember", Object: "the digest of " + archive, Do: func(int) error { return p.remember() }})
	}
	return dir, nil
}

func (p *applying) fill(r *recipe.Recipe) {
	cache, archive := p.step.onto(), p.step.Layer[0]
	// The cache is for us alone: who can write to a layer can write into every container.
	r.Outside(recipe.Outside{
		Name: "make", Object: cache, Same: "mkdir --parents --mode 700 " + argv.Quote([]string{cache}),
		Do: func(int) error { return ufs.Plainly(os.MkdirAll(cache, 0o700)) },
	})
	// Of many that want the same archive, the first unpacks it, and the others wait here.
	r.Outside(recipe.Outside{
		Name: "lock", Object: cache, Same: "flock " + argv.Quote([]string{cache}),
		Do: func(int) error { return p.lock() }, Undo: func() error { return unix.Close(p.locked) },
	})
	// It is unpacked here first. If it is refused, or we are killed, no half of a layer
	// stands in the cache under its name.
	r.Outside(recipe.Outside{Name: "make a stage in", Object: cache, Do: p.begin, Undo: p.abandon})
	p.unpack(r, 0)
	// The directory is whole when it appears under its name, the digest of the archive.
	r.Outside(recipe.Outside{Name: "publish", Object: archive + " as " + p.digest, Do: func(int) error { return p.entitle() }})
	// Nothing is left in it, and nobody waits any longer.
	r.Outside(recipe.Outside{Name: "remove the stage in", Object: cache, Do: func(int) error {
		defer unix.Close(p.locked)
		return p.end(0)
	}})
}

// lock waits for whoever fills the cache now. The descriptor is closed when we end.
func (p *applying) lock() (err error) {
	if p.locked, err = unix.Open(p.step.onto(), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return err
	}
	for err = unix.EINTR; err == unix.EINTR; {
		err = unix.Flock(p.locked, unix.LOCK_EX)
	}
	if _, e := os.Stat(filepath.Join(p.step.onto(), p.digest)); err == nil && e == nil {
		p.there = true
	}
	return err
}

// entitle gives the layer its name, if the archive is still what the name says.
func (p *applying) entitle() error {
	if alias, err := ufs.Alias(p.step.Layer[0]); err != nil || alias != p.alias {
		return errors.New("it was changed meanwhile")
	}
	if p.there {
		return nil
	}
	return p.stage.Publish(1, p.digest)
}

// remember makes the alias. Those of layers that are gone are removed.
func (p *applying) remember() error {
	list, _ := filepath.Glob(filepath.Join(p.step.onto(), "file-*"))
	for _, link := range list {
		if _, err := os.Stat(link); errors.Is(err, fs.ErrNotExist) {
			os.Remove(link)
		}
	}
	os.Symlink(p.digest, p.alias) // somebody may have done so, and without it the file is read again
	return nil
}

// isImage reports whether an unpacked archive is an image, as docker save writes it: layers
// and their list, and no files of a system.
func isImage(dir int) bool {
	for _, name := range strings.Fields("etc usr bin lib") {
		if unix.Faccessat(dir, name, unix.F_OK, unix.AT_SYMLINK_NOFOLLOW) == nil {
			return false
		}
	}
	return unix.Faccessat(dir, "manifest.json", unix.F_OK, 0) == nil || unix.Faccessat(dir, "oci-layout", unix.F_OK, 0) == nil
}
