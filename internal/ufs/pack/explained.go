package pack

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/ufs/layer"
)

// explained adds the remedy to an error, if there is one.
func explained(err error) error {
	hint := ""
	var foreign *layer.Foreign
	switch {
	case errors.As(err, &foreign):
		hint = fmt.Sprintf("%s -dc FILE | ufs-apply -", foreign.Command)
	case errors.Is(err, layer.ErrWindow):
		hint = "zstd --long=31 -dc FILE | ufs-apply -"
	case errors.Is(err, layer.ErrDevice):
		hint = "if the archive can be trusted with devices, add --devices"
	case errors.Is(err, unix.EPERM):
		hint = "root of a user namespace can make no device nodes: outside of it, a file is made that stands for one"
	case errors.Is(err, unix.ENOSPC):
		hint = "nothing of it was kept; make room, or unpack onto a larger file system"
	case errors.Is(err, unix.EOPNOTSUPP):
		hint = "this file system has no such attributes: unpack onto another, or as an ordinary user add --squash"
	default:
		return err
	}
	return &chain.Hinted{Err: err, Hint: hint}
}
