// Nat-publish lets traffic out of a bridge and published ports in, while a program runs.
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/nat"
)

//go:embed main.go
var page string

func main() { cli.Main(&nat.Publish{}, page) }
