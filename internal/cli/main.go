// Package cli is what every tool's main function does: parse the command line,
// make the step's calls, and report what went wrong.
package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"unicode"

	"ctrkit/internal/chain"
)

// Version is that of all tools.
const Version = "0.1.0"

// Namespaces, working directory and privileges belong to a thread, and the
// signal that a child gets when its parent dies is sent when the parent's thread
// does. So everything happens on the one thread that lives as long as the process.
func init() { runtime.LockOSThread() }

// Main runs a tool. The step is empty and is filled in from the command line;
// page is the source of the tool's main file, whose package comment is the
// manual page.
func Main(step chain.Step, page string) {
	status, err := run(step, page, os.Args[1:])
	if err != nil {
		status = report(os.Stderr, step.Name(), err)
	}
	os.Exit(status)
}

func run(step chain.Step, page string, args []string) (status int, err error) {
	options, err := parse(step, page, args)
	if err != nil || options.done {
		return 0, err
	}
	if p, ok := step.(printer); ok && p.PrintWanted() {
		text, err := p.Pipeline()
		if err == nil {
			_, err = fmt.Print(text)
		}
		return 0, err
	}
	return chain.Go(step, options.talk())
}

// A printer can print its command line as the pipeline of tools that does the
// same.
type printer interface {
	PrintWanted() bool
	Pipeline() (string, error)
}

// printable keeps a name that somebody chose from ending the line, or from
// speaking to the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, text)
}

// report tells of an error in one line, and of the remedy in another if it is
// known, and returns the exit status.
func report(out *os.File, tool string, err error) int {
	if errors.As(err, new(*chain.Told)) {
		return chain.StatusFailed
	}
	fmt.Fprintf(out, "%s: error: %s\n", tool, printable(err.Error()))
	if hint := hintFor(err); hint != "" {
		fmt.Fprintf(out, "%s: hint: %s\n", tool, hint)
	}
	var notRun *chain.NotRun
	if errors.As(err, &notRun) {
		return notRun.Status
	}
	return chain.StatusFailed
}
