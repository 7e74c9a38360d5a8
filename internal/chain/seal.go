package chain

import (
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A sealed step runs from a copy of its program that nobody can write to.
type sealed interface{ Sealed() bool }

// homeVariable tells a sealed copy where the original is, and its siblings.
const homeVariable = "CTRKIT_HOME"

// seal goes on in a copy of this program that exists in memory only and cannot be
// changed. Whoever shares a pid namespace with us can reach the file that we
// run from, as /proc/PID/exe or as the interpreter of a script, and could
// overwrite it for the next caller: CVE-2019-5736.
func seal(step Step, talk Talk) error {
	s, ok := step.(sealed)
	if !ok || !s.Sealed() || talk.DryRun {
		return nil
	}
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer self.Close()
	if seals, err := unix.FcntlInt(self.Fd(), unix.F_GET_SEALS, 0); err == nil && seals&unix.F_SEAL_WRITE != 0 {
		return nil
	}
	name, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	fd, err := unix.MemfdCreate(step.Name(), unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return err
	}
	return sealInto(os.NewFile(uintptr(fd), "copy"), self, filepath.Dir(name), step, talk)
}

func sealInto(file, self *os.File, home string, step Step, talk Talk) error {
	defer file.Close()
	r := recipe.New(step.Name())
	r.Narrator = talk.narrator()
	//doc:seal
	// A container that we enter can reach the file that we run from. A copy in
	// memory is run instead, so that it cannot write to the real one.
	r.Outside(recipe.Outside{Name: "copy", Object: "/proc/self/exe", Do: func(int) error {
		_, err := io.Copy(file, self)
		return err
	}})
	// Sealed, the copy cannot be changed either, by anybody.
	r.FcntlSeal(int(file.Fd()))
	// The process becomes the copy, which begins again.
	r.ExecveatFd(int(file.Fd()), os.Args, append(os.Environ(), homeVariable+"="+home))
	return r.Run()
}
