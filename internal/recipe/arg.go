package recipe

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An arg is one argument of a system call: the word that the kernel gets, and
// how a person would write it.
type arg struct {
	word uintptr
	keep any           // what word points at: the word alone does not keep it alive
	slot int           // if not 0, word is the result of the line with this slot
	text func() string // called by narration only, so that a silent run pays nothing for it
	err  error
}

// A Slot stands for the result of a call that has not been made yet, usually a
// descriptor. The name is what narration calls it.
type Slot struct {
	number int
	name   string
}

func (s Slot) arg() arg {
	return arg{slot: s.number, text: func() string { return s.name }}
}

func number(n int) arg {
	return arg{word: uintptr(n), text: func() string { return strconv.Itoa(n) }}
}

func octal(mode uint32) arg {
	return arg{word: uintptr(mode), text: func() string { return fmt.Sprintf("%#o", mode) }}
}

func name(word uintptr, text string) arg {
	return arg{word: word, text: func() string { return text }}
}

var null = name(0, "NULL")

// cwd is the descriptor argument of the *at calls that stands for the working
// directory. It is negative, which is why it takes two steps to a word.
var cwd = func() arg {
	fd := unix.AT_FDCWD
	return name(uintptr(fd), "AT_FDCWD")
}()

// str is a string argument; orNull is one for which the empty string means none.
func str(s string) arg {
	p, err := unix.BytePtrFromString(s)
	return arg{word: uintptr(unsafe.Pointer(p)), keep: p, err: err, text: func() string { return strconv.Quote(s) }}
}

func orNull(s string) arg {
	if s == "" {
		return null
	}
	return str(s)
}

// stringArray is an argument or environment list: pointers, and a nil at the end.
func stringArray(list []string, text func() string) arg {
	pointers, err := syscall.SlicePtrFromStrings(list)
	if err != nil {
		return arg{err: err, text: text}
	}
	return arg{word: uintptr(unsafe.Pointer(&pointers[0])), keep: pointers, text: text}
}

func quoted(list []string) string {
	quotes := make([]string, len(list))
	for i, s := range list {
		quotes[i] = strconv.Quote(s)
	}
	return "[" + strings.Join(quotes, ", ") + "]"
}
