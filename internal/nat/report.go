package nat

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/nftables"
	"github.com/mdlayher/netlink"
)

// Running says what has become different for others, and what stands in the way.
func (p *Publish) Running() string {
	var lines []string
	if slices.Contains(p.plan.off, forwarding4) {
		lines = append(lines, "this machine was no router for IPv4: net.ipv4.ip_forward is on now, and stays on")
	}
	if slices.Contains(p.plan.off, forwarding6) {
		lines = append(lines, "this machine was no router for IPv6: net.ipv6.conf.all.forwarding is on now, and stays on; "+
			"a link whose accept_ra is not 2 no longer listens to router advertisements")
	}
	return strings.Join(append(lines, p.obstacles()...), "\n")
}

// obstacles are chains of others that throw away what is forwarded, such as
// Docker's. A packet must pass all chains, and to be accepted by ours is not enough.
// A table that has a rule about our bridge has been told.
func (p *Publish) obstacles() (lines []string) {
	table := cmp.Or(p.table, p.shared)
	chains, err := table.conn.ListChains()
	if err != nil {
		return []string{"whether the rules of others let packets through could not be found out: " + err.Error()}
	}
	for _, c := range chains {
		if p.dropsForwarded(c) && !table.mentions(c.Table, p.Bridge) {
			lines = append(lines, obstacle(c, p.Bridge, slices.ContainsFunc(chains, func(other *nftables.Chain) bool {
				return other.Name == dockerUser && other.Table.Name == c.Table.Name && other.Table.Family == c.Table.Family
			})))
		}
	}
	return lines
}

func (p *Publish) dropsForwarded(c *nftables.Chain) bool {
	if c.Hooknum == nil || *c.Hooknum != *nftables.ChainHookForward || c.Policy == nil || *c.Policy != nftables.ChainPolicyDrop {
		return false
	}
	switch c.Table.Family {
	case nftables.TableFamilyIPv4:
		return p.plan.has(true)
	case nftables.TableFamilyIPv6:
		return p.plan.has(false)
	}
	return c.Table.Family == nftables.TableFamilyINet
}

// dockerUser is the chain that Docker leaves to others.
const dockerUser = "DOCKER-USER"

// obstacle says what a chain does, and how to make it let our packets through.
func obstacle(c *nftables.Chain, bridge string, docker bool) string {
	family := map[nftables.TableFamily]string{nftables.TableFamilyIPv4: "ip", nftables.TableFamilyIPv6: "ip6"}[c.Table.Family]
	if family == "" {
		family = "inet"
	}
	where, direction := fmt.Sprintf("%s %s %s", family, c.Table.Name, c.Name), "nft insert rule %[1]s %[2]s %[3]s accept"
	if docker {
		where = fmt.Sprintf("%s %s %s", family, c.Table.Name, dockerUser)
	}
	return fmt.Sprintf("the chain %s of table %s %s drops what is forwarded, and no rule of ours can undo that: %s; %s", c.Name, family, c.Table.Name,
		fmt.Sprintf(direction, where, "iifname", bridge), fmt.Sprintf(direction, where, "oifname", bridge))
}

// mentions reports whether a table has a rule with the name of a link in it.
func (t *table) mentions(other *nftables.Table, link string) bool {
	rules, err := t.rulesOf(other)
	return err == nil && slices.ContainsFunc(rules, func(rule netlink.Message) bool {
		return bytes.Contains(rule.Data, append([]byte(link), 0))
	})
}
