package recipe

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// NotThere are the results of execve that say only that the program is not at
// this path, or may not be run: a search of $PATH goes on after them.
var NotThere = []unix.Errno{unix.ENOENT, unix.ENOTDIR, unix.EACCES}

// Execve replaces the program of the process by the one at file. See execve(2).
func (r *Recipe) Execve(file string, argv, env []string) *Line {
	return r.call("execve", unix.SYS_EXECVE, file, str(file), arguments(argv), environment(env))
}

// Execveat replaces the program of the process by the one open as fd, wherever
// its path may be by now. See execveat(2).
func (r *Recipe) Execveat(fd Slot, argv, env []string) *Line {
	return r.call("execveat", unix.SYS_EXECVEAT, argv[0],
		fd.arg(), str(""), arguments(argv), environment(env), atFlags.arg(unix.AT_EMPTY_PATH))
}

// ExecveatFd is Execveat of a file that was open before the recipe was made.
func (r *Recipe) ExecveatFd(fd int, argv, env []string) *Line {
	return r.call("execveat", unix.SYS_EXECVEAT, argv[0],
		name(uintptr(fd), "copy"), str(""), arguments(argv), environment(env), atFlags.arg(unix.AT_EMPTY_PATH))
}

func arguments(argv []string) arg {
	return stringArray(argv, func() string { return quoted(argv) })
}

func environment(env []string) arg {
	return stringArray(env, func() string { return fmt.Sprintf("[/* %d variables */]", len(env)) })
}
