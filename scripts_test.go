package ctrkit_test

import (
	"flag"
	"testing"

	"ctrkit/internal/sandbox"
)

var update = flag.Bool("update", false, "rewrite expected output with what was really printed")

func TestMain(m *testing.M) { sandbox.Main(m) }

// TestScripts runs testdata/scripts: the tools as a user runs them, on the real kernel.
func TestScripts(t *testing.T) { sandbox.Scripts(t, "testdata/scripts", *update) }
