package chain

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// A State is a container as one tool tells the next of it: the state of the OCI
// runtime specification, which the hooks of runc and crun get too. See
// https://github.com/opencontainers/runtime-spec/blob/main/runtime.md#state.
type State struct {
	OCIVersion string `json:"ociVersion"`
	ID         string `json:"id"`
	Status     string `json:"status"` // creating, created, running or stopped
	Pid        int    `json:"pid"`
	Bundle     string `json:"bundle"`
}

// NewState is the state of a process that has its namespaces and no program yet,
// in one line.
func NewState(pid int) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(State{"1.0.2", fmt.Sprintf("ctr-%d", pid), "created", pid, dir})
	return string(text) + "\n", err
}

// ReadState reads a state, and returns it and its text. Whoever passes it on
// passes on the text, in which fields that we do not know are still there.
func ReadState(in io.Reader) (state State, text []byte, err error) {
	const most = 1 << 20
	text, err = io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return state, nil, fmt.Errorf("read container state: %w", err)
	}
	if len(text) == 0 {
		return state, nil, &Hinted{
			Err:  fmt.Errorf("read container state: standard input is empty"),
			Hint: "ns-unshare --hold prints one",
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return state, nil, fmt.Errorf("read container state: %w", err)
	}
	const highest = 1 << 22 // the kernel gives no higher pid (PID_MAX_LIMIT)
	if state.Pid <= 0 || state.Pid > highest || state.Status == "stopped" {
		return state, nil, fmt.Errorf("read container state: it names no running process")
	}
	return state, text, nil
}
