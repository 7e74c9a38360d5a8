// Veth-link runs a virtual cable from a bridge (or another namespace) into a network
// namespace, then becomes a program.
package main

import (
	_ "embed"

	"ctrkit/internal/cli"
	"ctrkit/internal/veth"
)

//go:embed main.go
var page string

func main() { cli.Main(&veth.Link{}, page) }
