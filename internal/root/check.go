package root

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
)

// Check wants a directory that can become the root, and places in it.
func (p *Pivot) Check() error {
	switch {
	case p.Root == "":
		return errors.New("pivot: no directory is given")
	case filepath.Clean(p.Root) == "/":
		return errors.New("pivot /: it is the root already")
	case p.WritableSys && !p.Sys:
		return &chain.Hinted{Err: errors.New("let /sys be written to: none is mounted"), Hint: "add --sys"}
	case p.ShmSize != 0 && !p.Dev:
		return &chain.Hinted{Err: errors.New("give room to /dev/shm: none is mounted"), Hint: "add --dev"}
	}
	for _, b := range p.Bind {
		if err := argv.CheckMaps("id", b.Maps); err != nil {
			return err
		}
	}
	for _, paths := range [][]string{p.Mask, p.ReadonlyPath} {
		for _, name := range paths {
			if err := absolute("cover", name); err != nil {
				return err
			}
		}
	}
	if p.Wd != "" && !path.IsAbs(p.Wd) {
		return absolute("change to", p.Wd)
	}
	return p.checkPlaces()
}

// checkPlaces wants every place to be one, and to be taken once.
func (p *Pivot) checkPlaces() error {
	taken := map[string]bool{}
	for _, target := range p.targets() {
		clean := path.Clean(target)
		if err := inRoot("mount on", target); err != nil {
			return err
		}
		if taken[clean] {
			return fmt.Errorf("mount on %s: two things are to be there", target)
		}
		taken[clean] = true
	}
	return nil
}

// targets are the places where something is to be mounted.
func (p *Pivot) targets() (all []string) {
	for _, t := range p.tmpfs() {
		all = append(all, t.Target)
	}
	for _, b := range p.Bind {
		all = append(all, b.Target)
	}
	for _, f := range p.files() {
		all = append(all, f.Target)
	}
	return all
}
