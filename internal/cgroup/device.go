package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// blockDevices is where the kernel describes disks and their partitions by number.
const blockDevices = "/sys/dev/block/"

var deviceNumber = regexp.MustCompile(`^[0-9]+:[0-9]+$`)

// disk is the number of a whole disk, MAJ:MIN, from that number, from its device
// node, or from a path of a file system that is on it. The kernel limits disks and
// not their partitions, because it is the disk that is slow.
func disk(device string) (string, error) {
	number, named := device, true
	if !deviceNumber.MatchString(device) {
		var st unix.Stat_t
		if err := unix.Stat(device, &st); err != nil {
			return "", fmt.Errorf("limit device %s: %w", device, err)
		}
		dev := st.Dev
		if named = st.Mode&unix.S_IFMT == unix.S_IFBLK; named {
			dev = st.Rdev
		}
		number = fmt.Sprintf("%d:%d", unix.Major(dev), unix.Minor(dev))
	}
	dir, err := filepath.EvalSymlinks(blockDevices + number)
	if errors.Is(err, os.ErrNotExist) {
		return "", noDisk(device, number, named)
	}
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "partition")); err != nil {
		return number, nil
	}
	whole := filepath.Dir(dir)
	if named {
		return "", &chain.Hinted{
			Err:  fmt.Errorf("limit device %s: it is a partition, and only whole disks have limits", device),
			Hint: "its disk is /dev/" + filepath.Base(whole),
		}
	}
	text, err := os.ReadFile(filepath.Join(whole, "dev"))
	return strings.TrimSpace(string(text)), err
}

func noDisk(device, number string, named bool) error {
	if named {
		return &chain.Hinted{
			Err:  fmt.Errorf("limit device %s: there is no disk with this number", device),
			Hint: "lsblk lists the disks and their numbers",
		}
	}
	return &chain.Hinted{
		Err:  fmt.Errorf("limit device %s: its file system, %s, is on no disk that can be limited", device, number),
		Hint: "name the disk: lsblk lists them, findmnt tells what is mounted from where",
	}
}
