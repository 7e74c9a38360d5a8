// Package cgroup limits what the programs in a control group may use, and
// accounts for what they used.
//
// A control group is a directory that the kernel keeps. The processes in it are
// listed in a file of that directory, and its limits and counters are others. There
// are two versions of the interface. In version 1 each controller (memory, cpu,
// pids and so on) may have a tree of groups of its own; in version 2 there is one
// tree for all. A machine may have both, with some controllers here and some
// there, so what we call a group is one directory in every tree that it needs. See
// cgroups(7), and the kernel's admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1.
package cgroup

import (
	"embed"

	"ctrkit/internal/recipe"
)

//go:embed *.go
var source embed.FS

func init() { recipe.Teach("cgroup", source) }
