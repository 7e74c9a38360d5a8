package sandbox

import (
	"encoding/json"
	"io"
	"os"
	"strings"
)

// The ways a test in a sandbox can end.
const (
	passed  = "pass"
	failed  = "fail"
	skipped = "skip"
)

// A result is what the child tells its parent.
type result struct {
	Outcome  string
	Skips    []skip
	Log      string
	Promoted map[string][]byte
}

// readResult takes what the child reported. A child that reported nothing has died, which is a failure.
func readResult(report, output *os.File, exit error) result {
	var res result
	report.Seek(0, io.SeekStart)
	if err := json.NewDecoder(report).Decode(&res); err != nil {
		res = result{Outcome: failed, Log: "the sandbox died without a result: " + errText(exit) + "\n"}
	}
	output.Seek(0, io.SeekStart)
	out, _ := io.ReadAll(output)
	res.Log += tidy(string(out))
	return res
}

func errText(err error) string {
	if err == nil {
		return "no such test in the child"
	}
	return err.Error()
}

// tidy leaves out the lines by which the child's testing package frames a test, and the indent that goes with them; the
// parent prints its own.
func tidy(out string) string {
	var kept []string
	indent := len(out)
	for line := range strings.Lines(out) {
		text := strings.TrimLeft(line, " ")
		framing := strings.HasPrefix(text, "--- ") || strings.HasPrefix(text, "=== ") || text == "PASS\n" || text == "FAIL\n"
		if !framing && text != "\n" {
			indent = min(indent, len(line)-len(text))
		}
		if !framing {
			kept = append(kept, line)
		}
	}
	for i, line := range kept {
		kept[i] = line[min(indent, len(line)-1):]
	}
	return strings.Join(kept, "")
}
