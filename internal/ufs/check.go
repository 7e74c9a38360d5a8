package ufs

import (
	"errors"
	"fmt"
	"reflect"

	"ctrkit/internal/argv"
	"ctrkit/internal/chain"
)

// maxLayers is how many lower layers the kernel takes (OVL_MAX_STACK).
const maxLayers = 500

// Check wants layers that can be united.
func (m *Mount) Check() error {
	prog, _ := m.Program()
	switch {
	case m.Root == "":
		return errors.New("mount on: no directory is given")
	case len(m.Prog) > 0 && len(prog) == 0:
		return &chain.Hinted{
			Err:  errors.New("run: no program is given"),
			Hint: "add one after --, such as sh; without -- the tree is mounted and stays",
		}
	case m.Unmount && !m.onlyUnmounts():
		return fmt.Errorf("unmount %s: nothing else is done, so other options and programs have no place here", m.Root)
	case m.Unmount:
		return nil
	}
	for _, check := range []func() error{m.checkBranches, m.checkLower, m.checkUpper, m.checkMachine, m.checkOptions} {
		if err := check(); err != nil {
			return err
		}
	}
	return argv.CheckMaps("owner", m.Map)
}

// onlyUnmounts reports whether nothing but --unmount was asked for.
func (m *Mount) onlyUnmounts() bool {
	return reflect.DeepEqual(m, &Mount{Unmount: true, Root: m.Root})
}

func (m *Mount) checkLower() error {
	lower, upper := m.layers()
	switch {
	case m.Machine && len(m.Lower) > 0:
		return errors.New("unite layers: --machine is a lower layer itself, so --lower has no place beside it")
	case len(m.Branch) > 0 && (m.Machine || len(m.Lower) > 0 || m.Upper != ""):
		return errors.New("unite layers: --branch is for all of them, so --lower, --machine and --upper have no place beside it")
	case len(m.Branch) > 0 && len(lower) == 0:
		return &chain.Hinted{Err: errors.New("unite layers: there is none below the writable branch"), Hint: "add --branch DIR=ro"}
	case !m.Machine && len(lower) == 0 && upper != "":
		return &chain.Hinted{Err: fmt.Errorf("unite layers: there is none below %s", upper), Hint: "add --lower DIR"}
	case !m.Machine && len(lower) == 0:
		return &chain.Hinted{Err: errors.New("unite layers: there is none"), Hint: "add --lower DIR, or --machine"}
	case len(lower) > maxLayers:
		return &chain.Hinted{
			Err:  fmt.Errorf("unite layers: %d are more than the %d that the kernel takes", len(lower), maxLayers),
			Hint: "make one of several: ufs-apply without --layers unpacks archives onto one another",
		}
	}
	return nil
}

func (m *Mount) checkUpper() error {
	_, upper := m.layers()
	switch {
	case upper != "" && m.Scratch > 0:
		return fmt.Errorf("write to %s: --scratch is another place to write to, and there can be only one", upper)
	case upper != "" && m.Work == "":
		return &chain.Hinted{
			Err:  fmt.Errorf("write to %s: overlayfs wants a second directory, in which it prepares changes", upper),
			Hint: "add --work DIR, an empty directory beside it",
		}
	case upper == "" && m.Work != "":
		return fmt.Errorf("work in %s: --work is for --upper, and there is none", m.Work)
	}
	return nil
}

func (m *Mount) checkMachine() error {
	switch {
	case !m.Machine:
		return nil
	case m.Upper != "":
		return &chain.Hinted{
			Err:  errors.New("write to " + m.Upper + ": the machine's files can be several trees, each with an upper layer of its own"),
			Hint: "use --scratch 256M instead",
		}
	case m.Scratch == 0:
		return &chain.Hinted{Err: errors.New("unite layers: nowhere to write"), Hint: "add --scratch 256M"}
	}
	return nil
}

// layers are the lower layers and the upper one, in whatever words they were given.
func (m *Mount) layers() (lower []string, upper string) {
	for _, b := range m.Branch {
		if b.Mode == writable {
			upper = b.Dir
		} else {
			lower = append(lower, b.Dir)
		}
	}
	if len(m.Branch) == 0 {
		return m.Lower, m.Upper
	}
	return lower, upper
}
