package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// layers puts the Debian root that make has made where it is read fast, and compresses it.
func (p *place) layers(bin string) error {
	from, err := os.Open(filepath.Join(bin, ".debian.tar"))
	if os.IsNotExist(err) {
		return nil // the peers that want it are named in the report
	}
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.Create(p.debian)
	if err != nil {
		return err
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	for _, argv := range [][]string{{"gzip", "--keep", p.debian}, {"zstd", "--quiet", p.debian}} {
		if _, err := p.once(argv, p.null); err != nil {
			return fmt.Errorf("compress a root: %w", err)
		}
	}
	return nil
}

// emptied makes an empty target.
func (p *place) emptied() error {
	if err := os.RemoveAll(p.target); err != nil {
		return err
	}
	return os.Mkdir(p.target, 0o755)
}

// unmounted removes what was mounted last.
func (p *place) unmounted() error {
	err := unix.Unmount(p.union+"/tree", 0)
	if err == unix.EINVAL {
		return nil // it is not mounted
	}
	return err
}
