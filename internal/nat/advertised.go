package nat

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"ctrkit/internal/chain"
)

// checkAdvertised refuses to make this machine a router for IPv6 where that would
// cut it off: the kernel then forgets the default routes that it got from router
// advertisements, for a router is supposed to know better. Links whose accept_ra is
// 2 keep theirs.
func checkAdvertised() error {
	routes, err := os.ReadFile("/proc/net/ipv6_route")
	if err != nil {
		return fmt.Errorf("read the routes of IPv6: %w", err)
	}
	for _, link := range advertised(string(routes)) {
		text, err := os.ReadFile("/proc/sys/net/ipv6/conf/" + link + "/accept_ra")
		if err == nil && strings.TrimSpace(string(text)) == "2" {
			continue
		}
		return &chain.Hinted{
			Err:  fmt.Errorf("switch on %s: the default route by %s comes from router advertisements, and would be lost", strings.ReplaceAll(forwarding6, "/", "."), link),
			Hint: "sysctl net.ipv6.conf." + link + ".accept_ra=2 keeps it",
		}
	}
	return nil
}

// advertised are the links with a default route that was advertised. Of a route, the
// kernel lists the destination, source and next hop, numbers of which the last are
// its flags, and the link.
func advertised(routes string) (links []string) {
	const (
		fromRouter   = 0x40000 // RTF_ADDRCONF
		defaultRoute = 0x10000 // RTF_DEFAULT
		flags, link  = 8, 9    // the columns
	)
	for line := range strings.Lines(routes) {
		fields := strings.Fields(line)
		if len(fields) <= link {
			continue
		}
		bits, err := strconv.ParseUint(fields[flags], 16, 32)
		if err == nil && bits&fromRouter != 0 && bits&defaultRoute != 0 {
			links = append(links, fields[link])
		}
	}
	return links
}
