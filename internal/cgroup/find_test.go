package cgroup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A machine with two trees, in one of which we are at the top, in the other further down.
func twoTrees(t *testing.T) (l layout, dir string) {
	t.Helper()
	dir = fixture(t, map[string]string{
		"pids/box/pids.max":             "max\n",
		"pids/both/pids.max":            "max\n",
		"memory/user/ours/both/x":       "",
		"memory/user/ours/both/inner/x": "",
		"memory/user/beside/x":          "",
		"memory/above/x":                "",
		"memory/user/ours/file":         "",
		"memory/7/x":                    "",
		"elsewhere/x":                   "",
	})
	if err := os.Symlink("memory", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	return layout{
		{version: 1, controllers: []string{"pids"}, top: dir + "/pids", own: dir + "/pids"},
		{version: 1, controllers: []string{"memory"}, top: dir + "/memory", own: dir + "/memory/user/ours"},
	}, dir
}

func TestFind(t *testing.T) {
	l, dir := twoTrees(t)
	for name, want := range map[string]string{
		"box":                          "pids/box",
		"both":                         "pids/both memory/user/ours/both",
		"both/inner":                   "memory/user/ours/both/inner",
		"beside":                       "memory/user/beside",
		"above":                        "memory/above",
		"/box":                         "pids/box",
		"/user/beside":                 "memory/user/beside",
		"/user/beside/":                "memory/user/beside",
		"/7":                           "memory/7",
		"/":                            "pids memory",
		dir + "/memory":                "memory",
		dir + "/memory/above":          "memory/above",
		dir + "/link/above":            "memory/above",
		dir + "/pids/both":             "pids/both",
		"nosuch":                       "there is none",
		"user/nosuch":                  "there is none",
		"file":                         "there is none",
		"/beside":                      "there is none",
		dir:                            "there is none",
		dir + "/elsewhere":             "there is none",
		dir + "/memory/nosuch":         "there is none",
		dir + "/memory/user/ours/file": "it is no directory",
		"":                             "it is no name",
		".":                            "it is no name",
		"..":                           "it is no name",
		"../above":                     "it is no name",
		"/user/../above":               "it is no name",
		dir + "/memory/../elsewhere":   "it is no name",
		"99999999999999999999":         "no such process",
	} {
		g, err := find(l, name)
		if err != nil {
			if !strings.HasSuffix(err.Error(), ": "+want) {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
			continue
		}
		var got []string
		for _, p := range g.places {
			got = append(got, strings.TrimPrefix(p.dir, dir+"/"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is at %v, want %s", name, got, want)
		}
	}
}

// One tree can be mounted below another.
func TestTheDeepestTreeHoldsADirectory(t *testing.T) {
	dir := fixture(t, map[string]string{"unified/box/x": ""})
	l := layout{{version: 2, top: dir + "/unified"}, {version: 1, top: dir}}
	g, err := find(l, dir+"/unified/box")
	if err != nil || len(g.places) != 1 || g.places[0].version != 2 {
		t.Error(g, err)
	}
}

func TestVanished(t *testing.T) {
	l, dir := twoTrees(t)
	g, err := find(l, "both")
	if err != nil || g.vanished() {
		t.Fatal(err)
	}
	os.RemoveAll(dir + "/pids/both")
	if g.vanished() {
		t.Error("it is still there in one tree")
	}
	os.RemoveAll(dir + "/memory/user/ours/both")
	if !g.vanished() {
		t.Error("it is gone from both trees")
	}
}
