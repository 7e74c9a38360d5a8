package recipe

// A Failure is a line that could not be done. Its text reads "action object:
// cause".
type Failure struct {
	Tool   string // that the user called
	Step   string // the tool that the line is told under
	Call   string // the kernel's name of the call, or the name of the outside work
	Object string
	Line   int   // the index in the recipe
	Err    error // a unix.Errno if the kernel said no
}

func (f *Failure) Error() string {
	if f.Object == "" {
		return f.Call + ": " + f.Err.Error()
	}
	return f.Call + " " + f.Object + ": " + f.Err.Error()
}

func (f *Failure) Unwrap() error { return f.Err }

func (r *Recipe) failure(i int, err error) error {
	l := r.lines[i]
	return &Failure{Tool: r.name, Step: l.tool, Call: l.name, Object: l.object, Line: i, Err: err}
}
