package recipe

import (
	"io/fs"
	"path"
	"runtime"
	"strings"
)

// A why is the comment above a recorded call, found in the package's own
// source: the comment that teaches the reader of the code is the one that
// --explain prints.
type why struct {
	text  string
	where string // file and line of the comment
	loop  bool   // the comment stands above the loop around the call
}

// sources are the embedded source files of the packages that record calls, by
// the last element of the package's path.
var sources = map[string]fs.ReadFileFS{}

// Teach lets comments be found in a package's source, which the package embeds:
//
//	//go:embed *.go
//	var source embed.FS
//
//	func init() { recipe.Teach("ns", source) }
func Teach(pkg string, source fs.ReadFileFS) { sources[pkg] = source }

// caller is the place outside this package that is recording a line.
func caller() uintptr {
	var pcs [8]uintptr
	n := runtime.Callers(2, pcs[:])
	for _, pc := range pcs[:n] {
		if frame := frameOf(pc); packageOf(frame) != "recipe" || strings.HasSuffix(frame.File, "_test.go") {
			return pc
		}
	}
	return 0
}

// frameOf is the innermost function at pc, which may have been inlined.
func frameOf(pc uintptr) runtime.Frame {
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return frame
}

// packageOf is the last element of the path of a function's package: "ns" for
// "ctrkit/internal/ns.(*Unshare).Lines".
func packageOf(frame runtime.Frame) string {
	pkg, _, _ := strings.Cut(path.Base(frame.Function), ".")
	return pkg
}

// whyOf finds the comment above the statement at pc.
func whyOf(pc uintptr) why {
	frame := frameOf(pc)
	source, ok := sources[packageOf(frame)]
	if !ok {
		return why{}
	}
	file := path.Base(frame.File)
	text, err := source.ReadFile(file)
	if err != nil {
		return why{}
	}
	w := commentAbove(strings.Split(string(text), "\n"), frame.Line-1)
	w.where = file + ":" + w.where
	return w
}
