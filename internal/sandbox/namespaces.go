package sandbox

import (
	"fmt"
	"os"
)

// sameNS tells whether two processes are in the same namespace of a kind. Not being able to tell is not a "no".
func (s *script) sameNS(args []string) error {
	const synopsis = "same-ns KIND PID|self PID|self"
	if len(args) != 3 {
		return usage(synopsis)
	}
	var ids [2]string
	for i, pid := range args[1:] {
		id, err := os.Readlink("/proc/" + pid + "/ns/" + args[0])
		if err != nil {
			return usage(synopsis + ": " + err.Error())
		}
		ids[i] = id
	}
	if ids[0] != ids[1] {
		return fmt.Errorf("%s is in %s, %s in %s", args[1], ids[0], args[2], ids[1])
	}
	return nil
}
