package chain

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// The runtime specification's own type reads our state, and finds in it all that it must have and nothing else.
func TestStateIsThatOfTheSpecification(t *testing.T) {
	text, err := NewState(1234)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		t.Errorf("%q is not one line", text)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var state specs.State
	if err := decoder.Decode(&state); err != nil {
		t.Fatal(err)
	}
	here, _ := os.Getwd()
	want := specs.State{Version: state.Version, ID: "ctr-1234", Status: specs.StateCreated, Pid: 1234, Bundle: here}
	if state.ID != want.ID || state.Status != want.Status || state.Pid != want.Pid || state.Bundle != want.Bundle {
		t.Errorf("%+v, want %+v", state, want)
	}
	if !regexp.MustCompile(`^1\.[0-3]\.\d+$`).MatchString(state.Version) {
		t.Errorf("version %q of the specification is not one that has this state", state.Version)
	}
}

// A state that a runtime made is read, and what we do not know of it is passed on.
func TestStateOfARuntime(t *testing.T) {
	runtimes, err := json.MarshalIndent(specs.State{
		Version: specs.Version, ID: "theirs", Status: specs.StateCreating, Pid: 4321, Bundle: "/bundle",
		Annotations: map[string]string{"a key": "a value"},
	}, " ", "\t")
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{
		string(runtimes), string(runtimes) + "\n",
		`{"ociVersion":"9.9.9","id":"x","status":"running","pid":4321,"bundle":"/b","future":{"pid":5,"list":[1,2]}, "PID2":7}`,
		"\n\n {\"pid\":4321,\n\"status\":\"created\"} \n",
	} {
		state, text, err := ReadState(strings.NewReader(in))
		if err != nil || state.Pid != 4321 {
			t.Errorf("%s is %+v, %v", in, state, err)
		}
		if string(text) != in {
			t.Errorf("%q is passed on as %q", in, text)
		}
	}
}

// What is no state of a running container is refused, in one line.
func TestWhatIsNoState(t *testing.T) {
	for _, in := range []string{
		"", "\n", "{", "null", "[]", "{}", `"text"`, "1234", "pid=1234",
		`{"pid":0,"status":"created"}`, `{"pid":-1,"status":"created"}`, `{"pid":1.5}`, `{"pid":"1234"}`, `{"pid":1e3}`,
		`{"pid":4294967297,"status":"created"}`, `{"pid":99999999999999999999}`,
		`{"pid":1234,"status":"stopped"}`, `{"status":"running"}`,
		`{"pid":1234}{"pid":5}`, `{"pid":1234} and more`,
		`{"pid":1234,"id":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		state, _, err := ReadState(strings.NewReader(in))
		if err == nil {
			t.Errorf("%.60q is %+v", in, state)
		} else if text := err.Error(); !strings.HasPrefix(text, "read container state: ") || strings.Contains(text, "\n") {
			t.Errorf("%.60q: this is not one line about a state: %v", in, err)
		}
	}
}

func FuzzReadState(f *testing.F) {
	f.Add([]byte(`{"ociVersion":"1.0.2","id":"ctr-1","status":"created","pid":1,"bundle":"/"}`))
	f.Add([]byte(`{"pid":1}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		state, text, err := ReadState(bytes.NewReader(in))
		switch {
		case err != nil && strings.Contains(err.Error(), "\n"):
			t.Errorf("%q", err)
		case err == nil && (state.Pid <= 0 || state.Status == "stopped" || !bytes.Equal(in, text)):
			t.Errorf("%q is %+v, and is passed on as %q", in, state, text)
		}
	})
}
