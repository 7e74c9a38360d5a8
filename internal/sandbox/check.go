package sandbox

import (
	"fmt"
	"regexp"
	"strings"
)

// refused are commands of testscript that do not do what a reader expects of them here.
var refused = map[string]string{
	"stop": "stop ends the whole script and passes it; to end a program, use end",
	"kill": "programs in the background are made by bg; use signal",
	"wait": "programs in the background are made by bg; use end",
}

// inBackground is how testscript's exec marks a program.
var inBackground = regexp.MustCompile(`^&(\w+&)?$`)

// checkScript finds the mistakes that would let a script pass without doing its work.
func checkScript(source string) error {
	for i, line := range strings.Split(source, "\n") {
		if strings.HasPrefix(line, "-- ") && strings.HasSuffix(line, " --") {
			break
		}
		f := strings.Fields(line)
		for len(f) > 0 && (f[0] == "!" || strings.HasPrefix(f[0], "[")) {
			f = f[1:]
		}
		if len(f) == 0 {
			continue
		}
		if why, ok := refused[f[0]]; ok {
			return fmt.Errorf("%d: %s", i+1, why)
		}
		if f[0] == "exec" && inBackground.MatchString(f[len(f)-1]) {
			return fmt.Errorf("%d: use bg NAME PROG for a program in the background", i+1)
		}
	}
	return nil
}
