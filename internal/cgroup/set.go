package cgroup

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// set records that a file of the group is written. Why is where it was decided, and
// where the comment stands that says so.
func (p *place) set(r *recipe.Recipe, why recipe.Place, s setting) {
	path := p.file(s.file)
	before := ""
	r.Outside(recipe.Outside{
		Name: "set", Object: path, Same: "echo " + s.value + " > " + path,
		Do: func(int) error {
			if p.found {
				before, _ = read(path)
			}
			err := p.explain(s, write(path, s.value))
			if err == nil {
				err = p.granted(s)
			}
			return err
		},
		Undo:  func() error { return p.restore(s, before) },
		Stays: true,
	}).From(why)
}

// restore takes back what was written to a group that was there before us. Some files
// have a line for each disk that is limited.
func (p *place) restore(s setting, before string) error {
	device, rate, _ := strings.Cut(s.value, " ")
	switch {
	case !p.found:
		return nil
	case !isDeviceNumber(device):
		return write(p.file(s.file), strings.TrimSpace(before))
	}
	for line := range strings.Lines(before) {
		if strings.HasPrefix(line, device+" ") {
			return write(p.file(s.file), strings.TrimSpace(line))
		}
	}
	none := "0"
	if key, _, ok := strings.Cut(rate, "="); ok {
		none = key + "=max"
	}
	return write(p.file(s.file), device+" "+none)
}

// granted reports whether a cpuset is what was asked for. Version 2 takes any list, and
// makes do with what of it the group above has.
func (p *place) granted(s setting) error {
	if p.version == 1 || s.file != "cpuset.cpus" && s.file != "cpuset.mems" {
		return nil
	}
	granted := strings.Join(words(p.dir, s.file+".effective"), "")
	if slices.Equal(numbers(granted), numbers(s.value)) {
		return nil
	}
	return p.explain(s, unix.ERANGE)
}

// numbers are those in a list of numbers and ranges.
func numbers(list string) (all []int) {
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		if err != nil {
			continue
		}
		to := from
		if isRange {
			to, _ = strconv.Atoi(last)
		}
		for n := from; n <= min(to, from+1<<13); n++ { // more processors than any kernel has
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// explain adds the remedy to the error of a setting, where we know it.
func (p *place) explain(s setting, err error) error {
	controller, _, _ := strings.Cut(s.file, ".")
	hint := ""
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOENT):
		hint = fmt.Sprintf("this kernel has no such file in version %d: man 7 cgroups leads to the %s.* that there are", p.version, controller)
	case controller != "cpuset" && (errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM)):
		hint = "the group is not yours to limit: it belongs to whoever made it"
	case errors.Is(err, unix.EBUSY):
		hint = "the group uses more than that already, and the kernel could not take it back"
	case controller == "cpuset":
		cpus := s.file
		if p.version == 2 {
			cpus += ".effective"
		}
		hint = fmt.Sprintf("the group above has %s %s", s.file, strings.Join(words(p.parent, cpus), ""))
	case errors.Is(err, unix.EINVAL) && s.file == "memory.limit_in_bytes":
		hint = "the group has less than that for memory and swap together: give --swap as well"
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ERANGE), errors.Is(err, unix.EOPNOTSUPP):
		hint = fmt.Sprintf("the kernel does not take %q there; man 7 cgroups leads to its description", s.value)
	case errors.Is(err, unix.ENODEV):
		hint = "there is no such disk, or its limits cannot be set: lsblk lists the whole disks"
	}
	if hint == "" {
		return err
	}
	return &chain.Hinted{Err: err, Hint: hint}
}
