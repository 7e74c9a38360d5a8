package veth

import (
	"fmt"
	"math"
	"os"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// echoers is the file that says whose groups may send echo requests. Which network
// namespace it belongs to is that of whoever opens it.
const echoers = "/proc/sys/net/ipv4/ping_group_range"

// ping records that everybody inside may ping, where that can be said.
func (l *Link) ping(r *recipe.Recipe) {
	var proc unix.Statfs_t
	if unix.Statfs(echoers, &proc) != nil || proc.Flags&unix.ST_RDONLY != 0 {
		return
	}
	all := fmt.Sprint("0 ", lastGroup())
	// In a new network nobody may send an echo request without privileges over the raw
	// packets of the network. From here on all groups may, and ping needs nothing else.
	r.Outside(recipe.Outside{
		Name: "allow ping in", Object: echoers, Same: `echo "` + all + `" > ` + echoers,
		Do: func(int) error { return os.WriteFile(echoers, []byte(all), 0) },
	})
}

// lastGroup is the last of the groups that there are here, counted from 0.
func lastGroup() int64 {
	const highest = math.MaxInt32
	var inside, outside, count int64
	text, _ := os.ReadFile("/proc/self/gid_map")
	if n, _ := fmt.Sscan(string(text), &inside, &outside, &count); n < 3 || inside != 0 {
		return highest
	}
	return min(highest, count-1)
}
