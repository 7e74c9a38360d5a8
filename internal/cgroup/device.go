package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// blockDevices is where the kernel describes disks and their partitions by number.
const blockDevices = "/sys/dev/block/"

// disk is the number of a whole disk, MAJ:MIN, from that number, from its device
// node, or from a path of a file system that is on it. The kernel limits disks and
// not their partitions, because it is the disk that is slow.
func disk(device string) (string, error) {
	number, named, err := deviceOf(device)
	if err != nil {
		return "", err
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

// deviceOf is the number of the device that is named, or else of the one that a
// path is on.
func deviceOf(device string) (number string, named bool, err error) {
	if isDeviceNumber(device) {
		return device, true, nil
	}
	var st unix.Stat_t
	if err := unix.Stat(device, &st); err != nil {
		return "", false, fmt.Errorf("limit device %s: %w", device, err)
	}
	dev := st.Dev
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFBLK:
		dev, named = st.Rdev, true
	case unix.S_IFCHR:
		return "", false, &chain.Hinted{
			Err:  fmt.Errorf("limit device %s: it is a character device, and only disks have limits", device),
			Hint: "lsblk lists the disks",
		}
	}
	return fmt.Sprintf("%d:%d", unix.Major(dev), unix.Minor(dev)), named, nil
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

// isDeviceNumber reports whether a device is named by its number.
func isDeviceNumber(device string) bool {
	major, minor, ok := strings.Cut(device, ":")
	return ok && isNumber(major) && isNumber(minor)
}
