package ctr

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
	"ctrkit/internal/ufs"
)

// Prepare has the archive unpacked, if that was not done before, because its files decide what
// else is done.
func (c *Run) Prepare(r *recipe.Recipe) error {
	if c.Archive == "" {
		return nil
	}
	err := c.findUnpacked()
	if !errors.Is(err, errPacked) || r.Dry {
		return err
	}
	// To unpack is a tool's work of its own: it reads what strangers wrote. It prints the
	// directory, which becomes the lowest layer.
	r.Outside(recipe.Outside{Name: "run", Object: c.unpacking(), Same: c.unpacking(), Do: func(int) error { return c.unpack() }})
	return nil
}

var errPacked = errors.New("it is not unpacked yet")

// findUnpacked looks into the cache.
func (c *Run) findUnpacked() error {
	alias, err := ufs.Alias(c.Archive)
	if err != nil {
		return err
	}
	var ok bool
	if c.unpacked, ok = ufs.Cached(alias); ok {
		return nil
	}
	return &chain.Hinted{Err: fmt.Errorf("look into %s: %w", c.Archive, errPacked), Hint: c.unpacking() + " does that"}
}

// unpacking is that command, for a shell.
func (c *Run) unpacking() string { return argv.Quote(c.apply()) }

// apply is the command that unpacks the archive, and prints the directory that it is in. No
// device in it will work: neither can an ordinary user make one, nor does the union show any.
func (c *Run) apply() []string {
	option := "--devices"
	if os.Geteuid() != 0 {
		option = "--squash"
	}
	return []string{"ufs-apply", "--cache", option, "--", c.Archive}
}

func (c *Run) unpack() error {
	words := c.apply()
	tool := chain.Sibling(words[0])
	if tool == "" {
		return &chain.Hinted{Err: errors.New("it is not beside this program"), Hint: "the tools belong into one directory, as make install has it"}
	}
	apply := exec.Command(tool, words[1:]...)
	apply.Stderr = os.Stderr
	apply.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
	out, err := apply.Output()
	if apply.ProcessState != nil && err != nil {
		return &chain.Told{Tool: words[0]}
	}
	c.unpacked = strings.TrimSuffix(string(out), "\n")
	return err
}
