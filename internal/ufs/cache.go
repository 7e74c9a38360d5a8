package ufs

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// CacheDir is where unpacked archives are kept: of this user only, for who can write to a
// layer can write into every container that has it.
func CacheDir() string {
	const name = "ctrkit"
	if dir := os.Getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, name)
	}
	if os.Geteuid() == 0 {
		return filepath.Join("/var/cache", name)
	}
	return filepath.Join(os.Getenv("HOME"), ".cache", name)
}

// checkCache wants the cache to be nobody else's, if there is one: the links in it are believed.
func checkCache() error {
	var stat unix.Stat_t
	err := unix.Stat(CacheDir(), &stat)
	if err == nil && (stat.Uid != uint32(os.Geteuid()) || stat.Mode&0o022 != 0) {
		return &chain.Hinted{
			Err:  fmt.Errorf("use cache %s: others than us can write to it", CacheDir()),
			Hint: "remove it, or name another place by XDG_CACHE_HOME",
		}
	}
	return nil
}

// Cached is the directory that an archive has been unpacked in, by its alias.
func Cached(alias string) (dir string, ok bool) {
	digest, err := os.Readlink(alias)
	if err != nil {
		return "", false
	}
	dir = filepath.Join(CacheDir(), digest)
	_, err = os.Stat(dir)
	return dir, err == nil
}

// Alias is the name of a symbolic link to that directory, which spares reading a large file for
// its digest each time. Nobody can write to a file, or put another one in its place, without
// changing one of these numbers.
func Alias(archive string) (string, error) {
	if err := checkCache(); err != nil {
		return "", err
	}
	var stat unix.Stat_t
	if err := unix.Stat(archive, &stat); err != nil {
		return "", fmt.Errorf("unpack %s: %w", archive, err)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return "", &chain.Hinted{
			Err:  fmt.Errorf("unpack %s into the cache: it is no file, which could be read twice", archive),
			Hint: "ufs-apply --onto DIR - unpacks what comes from a pipe",
		}
	}
	return filepath.Join(CacheDir(), fmt.Sprintf("file-%x-%d-%d-%d.%09d", stat.Dev, stat.Ino, stat.Size, stat.Ctim.Sec, stat.Ctim.Nsec)), nil
}
