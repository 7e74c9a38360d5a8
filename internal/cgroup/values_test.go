package cgroup

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ctrkit/internal/argv"
)

func TestValuesArePrintedAsTheyAreWritten(t *testing.T) {
	for _, test := range []struct {
		value encoding.TextUnmarshaler
		text  string
		want  string // as it is printed, or an error
	}{
		{new(Bytes), "0", "0"},
		{new(Bytes), "64M", "64M"},
		{new(Bytes), "65536K", "64M"},
		{new(Bytes), "-1", "error"},
		{new(Bytes), "", "error"},
		{new(Bytes), "00", "error"},
		{new(CPUs), "0.5", "0.5"},
		{new(CPUs), "1.50", "1.5"},
		{new(CPUs), "2", "2"},
		{new(CPUs), "0.01", "0.01"},
		{new(CPUs), "10000", "10000"},
		{new(CPUs), "0.123456", "0.12346"},
		{new(CPUs), "0.0099", "error"},
		{new(CPUs), "10000.1", "error"},
		{new(CPUs), "-2", "error"},
		{new(CPUs), "NaN", "error"},
		{new(CPUs), "+Inf", "error"},
		{new(CPUs), "0x10", "error"},
		{new(CPUs), "1_000", "error"},
		{new(Rate), "/dev/sda=1M", "/dev/sda=1M"},
		{new(Rate), "8:0=1024", "8:0=1K"},
		{new(Rate), "a=b=3", "a=b=3"},
		{new(Rate), "=3", "error"},
		{new(Rate), "/dev/sda=0", "error"},
		{new(Rate), "/dev/sda", "error"},
		{new(Huge), "2M=64M", "2M=64M"},
		{new(Huge), "2MB=64M", "2M=64M"},
		{new(Huge), "1G=2G", "1G=2G"},
		{new(Huge), "2M", "error"},
		{new(Huge), "B=1", "error"},
		{new(Setting), "memory.min=8M", "memory.min=8M"},
		{new(Setting), "io.max=8:0 rbps=1", "io.max=8:0 rbps=1"},
		{new(Setting), "memory=8M", "error"},
		{new(Setting), ".min=8M", "error"},
		{new(Setting), "memory.=8M", "error"},
		{new(Setting), "a/b.c=8M", "error"},
		{new(Setting), "memory.min", "error"},
		{new(Setting), "cgroup.kill=1", "error"},
	} {
		got := "error"
		if err := test.value.UnmarshalText([]byte(test.text)); err == nil {
			got = printed(t, test.value)
		}
		if got != test.want {
			t.Errorf("%T %q is %s, not %s", test.value, test.text, got, test.want)
		}
	}
}

func printed(t *testing.T, value any) string {
	text, err := value.(encoding.TextMarshaler).MarshalText()
	if err != nil {
		t.Errorf("%T %v: %v", value, value, err)
	}
	return string(text)
}

// FuzzValues parses any text as each kind of value. What is taken can be printed, and is the same when it is parsed again;
// what is printed has no 0 where none is meant.
func FuzzValues(f *testing.F) {
	for _, text := range strings.Fields("0 64M 0.5 1e3 2M=4M 2MB=1G /dev/sda=1M a=b=3 8:0=7 memory.min=8M -1 NaN 0x1p4 99999999999999999999 8191P =1 . a.b=") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, value := range []encoding.TextUnmarshaler{new(Bytes), new(CPUs), new(Rate), new(Huge), new(Setting)} {
			if value.UnmarshalText([]byte(text)) != nil {
				continue
			}
			again := reflect.New(reflect.TypeOf(value).Elem()).Interface().(encoding.TextUnmarshaler)
			out := printed(t, value)
			if err := again.UnmarshalText([]byte(out)); err != nil || !reflect.DeepEqual(again, value) {
				t.Errorf("%T: %q is printed as %q, which is %v: %v", value, text, out, again, err)
			}
			if err := sound(value); err != nil {
				t.Errorf("%T: %q: %v", value, text, err)
			}
		}
	})
}

// sound wants what the kernel's files can take.
func sound(value any) error {
	const most = 1 << 63
	fits := func(sizes ...argv.Size) error {
		for _, size := range sizes {
			if size == 0 || size >= most {
				return fmt.Errorf("a size of %d", size)
			}
		}
		return nil
	}
	switch v := value.(type) {
	case *Bytes:
		if *v != 0 {
			return fits(argv.Size(*v))
		}
	case *CPUs:
		if *v < 1000 || *v > 10_000*period {
			return fmt.Errorf("%d us in a period", *v)
		}
	case *Rate:
		if v.Device == "" {
			return fmt.Errorf("no device")
		}
		return fits(v.Rate)
	case *Huge:
		return fits(v.Page, v.Limit)
	case *Setting:
		if v.value == "" || strings.Contains(v.file, "/") || strings.Trim(v.file, ".") == "" || v.controller() == "" {
			return fmt.Errorf("%q to file %q", v.value, v.file)
		}
	}
	return nil
}

// A list of processors is compared as a set: the kernel writes 0,1 as 0-1.
func TestNumbers(t *testing.T) {
	for list, want := range map[string][]int{"0": {0}, "0-2,4": {0, 1, 2, 4}, "4,0,2-1,0": {0, 4}, "": nil, "1-3,2": {1, 2, 3}} {
		if got := numbers(list); !slices.Equal(got, want) {
			t.Errorf("%q is %v, not %v", list, got, want)
		}
	}
}
