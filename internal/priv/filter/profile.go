package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// A profile is the JSON of the OCI runtime specification, with what Docker and podman add
// to it. An unknown field is an error: a misspelled condition would be no condition.
type profile struct {
	DefaultAction    *string    `json:"defaultAction"`
	DefaultErrnoRet  *uint      `json:"defaultErrnoRet"`
	DefaultErrno     string     `json:"defaultErrno"` // podman's, by name
	Architectures    []string   `json:"architectures"`
	ArchMap          []archs    `json:"archMap"`
	Flags            []string   `json:"flags"`
	ListenerPath     string     `json:"listenerPath"`
	ListenerMetadata string     `json:"listenerMetadata"`
	Syscalls         []*syscall `json:"syscalls"`
}

type archs struct {
	Architecture     string   `json:"architecture"`
	SubArchitectures []string `json:"subArchitectures"`
}

type syscall struct {
	Name     string     `json:"name"`
	Names    []string   `json:"names"`
	Action   string     `json:"action"`
	ErrnoRet *uint      `json:"errnoRet"`
	Errno    string     `json:"errno"`
	Args     []*compare `json:"args"`
	Comment  string     `json:"comment"`
	Includes where      `json:"includes"`
	Excludes where      `json:"excludes"`
}

type compare struct {
	Index    *uint   `json:"index"`
	Value    *uint64 `json:"value"`
	ValueTwo uint64  `json:"valueTwo"`
	Op       string  `json:"op"`
}

// where says on which machines, and to whom, an entry applies.
type where struct {
	Caps      []string `json:"caps"`
	Arches    []string `json:"arches"`
	MinKernel string   `json:"minKernel"`
}

// decode reads the JSON. Its errors have a position.
func decode(text []byte) (*profile, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	p := &profile{}
	if err := decoder.Decode(p); err != nil {
		return nil, positioned(text, err, decoder.InputOffset())
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s: something follows the profile", position(text, decoder.InputOffset()))
	}
	return p, nil
}

// positioned says where in the text an error is.
func positioned(text []byte, err error, offset int64) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s: %s", position(text, syntax.Offset), strings.TrimPrefix(syntax.Error(), "json: "))
	case errors.As(err, &wrong):
		return fmt.Errorf("%s: %s cannot be %s", position(text, wrong.Offset), wrong.Field, wrong.Value)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%s: the profile ends too early", position(text, int64(len(text))))
	}
	unknownField := regexp.MustCompile(`unknown field ("(?:[^"\\]|\\.)*")`)
	if m := unknownField.FindStringSubmatch(err.Error()); m != nil {
		// The error of an unknown field is the one without an offset.
		if name, err := strconv.Unquote(m[1]); err == nil {
			if at := fieldAt(text, name); at >= 0 {
				offset = int64(at)
			}
		}
		return fmt.Errorf("%s: unknown field %s", position(text, offset), m[1])
	}
	return fmt.Errorf("%s: %w", position(text, offset), err)
}

// fieldAt is where a field of that name first stands.
func fieldAt(text []byte, name string) int {
	key := regexp.MustCompile(regexp.QuoteMeta(strconv.Quote(name)) + `\s*:`)
	if at := key.FindIndex(text); at != nil {
		return at[0] + 1
	}
	return -1
}

// position is the line and column of an offset, from 1 on.
func position(text []byte, offset int64) string {
	before := text[:max(0, min(int(offset), len(text)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := max(1, len(before)-bytes.LastIndexByte(before, '\n')-1)
	return fmt.Sprintf("line %d, column %d", line, column)
}
