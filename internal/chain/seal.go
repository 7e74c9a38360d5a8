package chain

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// A sealed step runs from a copy of its program that nobody can write to.
type sealed interface{ Sealed() bool }

// homeVariable tells a sealed copy where the original is, and its siblings. It is
// empty where there are none.
const homeVariable = "CTRKIT_HOME"

func isSealed(step Step) bool {
	s, ok := step.(sealed)
	return ok && s.Sealed()
}

// seal goes on in a copy of this program that exists in memory only and cannot be
// changed. Whoever shares a pid namespace with us can reach the file that we
// run from, as /proc/PID/exe or as the interpreter of a script, and could
// overwrite it for the next caller: CVE-2019-5736.
func seal(step Step, talk Talk) error {
	if !isSealed(step) || talk.DryRun {
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
	name, err := os.Executable()
	if err != nil {
		return err
	}
	r := recipe.New(step.Name())
	r.Narrator = talk.narrator()
	fd, err := sealedCopy(r, name)
	if err != nil {
		return err
	}
	// The process becomes the copy, which begins again.
	r.ExecveatFd(fd, os.Args, append(os.Environ(), homeVariable+"="+filepath.Dir(name)))
	return r.Run()
}

// sealedCopy records that a program is copied, and returns the descriptor that the
// copy will be open at.
func sealedCopy(r *recipe.Recipe, program string) (fd int, err error) {
	fd, err = memfd(filepath.Base(program))
	if err != nil {
		return -1, err
	}
	//doc:seal
	// A container that we enter can reach the file that we run from. A copy in
	// memory is run instead, so that it cannot write to the real one.
	r.Outside(recipe.Outside{Name: "copy", Object: program, Do: func(int) error { return copyTo(fd, program) }})
	// Sealed, the copy cannot be changed either, by anybody.
	r.FcntlSeal(fd)
	return fd, nil
}

// memfd makes a file in memory that may be executed. Kernels before Linux 6.3 let
// all of them be, and do not know the flag that asks for it.
func memfd(name string) (fd int, err error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err = unix.MemfdCreate(name, flags|unix.MFD_EXEC)
	if err == unix.EINVAL {
		fd, err = unix.MemfdCreate(name, flags)
	}
	if err == unix.EACCES {
		err = &Hinted{
			Err:  fmt.Errorf("copy %s: %w", name, err),
			Hint: "files in memory may not be executed here: sysctl vm.memfd_noexec=1 would let us ask for it",
		}
	}
	return fd, err
}

func copyTo(fd int, program string) error {
	from, err := os.Open(program)
	if err != nil {
		return err
	}
	defer from.Close()
	// Another descriptor of the copy, for this one is closed when it is written to.
	to, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(to), "copy")
	defer file.Close()
	_, err = io.Copy(file, from)
	return err
}
