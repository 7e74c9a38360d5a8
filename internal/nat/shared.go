package nat

import (
	"bytes"
	"errors"
	"strings"

	"github.com/google/nftables"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// sharedPrefix begins the name of a table that belongs to a bridge, and to nobody's life.
const sharedPrefix = "ctr-out-"

// share records that traffic from the bridge gets out, if it does not yet.
func (p *Publish) share(r *recipe.Recipe) error {
	t, err := newTable()
	if err != nil {
		return err
	}
	t.Name, t.owned = sharedPrefix+p.Bridge, false
	p.shared = t
	if !canOwn() {
		t.collectOld(r)
	}
	there, err := t.letsOut(p.plan.subnets)
	if there || err != nil && !errors.Is(err, unix.EPERM) {
		return explain(err)
	}
	//doc:shared
	// Rules that are the same for all who are on a bridge can be made once, and stay as the
	// bridge does. The kernel takes the new table for the old one, if there is one, in the
	// same moment; so two may make it at once.
	r.Outside(recipe.Outside{
		Name: "make rules", Object: t.Name, Same: t.commands(p.Bridge, p.plan.subnets),
		Do: func(int) error { return explain(t.replace(p.Bridge, p.plan.subnets)) },
	}).Because("nobody has made them yet, or for another network")
	return nil
}

// letsOut reports whether the table has a rule for each subnet, and no other.
func (t *table) letsOut(subnets []CIDR) (bool, error) {
	rules, err := t.rulesOf(t.Table)
	if errors.Is(err, unix.ENOENT) {
		return false, nil
	}
	for i, subnet := range subnets {
		if i < len(rules) && !(bytes.Contains(rules[i].Data, subnet.Addr().AsSlice()) && bytes.Contains(rules[i].Data, mask(subnet.Prefix))) {
			return false, err
		}
	}
	return len(rules) == len(subnets), err
}

// rulesOf are the rules of a table, as the kernel writes them.
func (t *table) rulesOf(other *nftables.Table) ([]netlink.Message, error) {
	name, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: unix.NFTA_RULE_TABLE, Data: append([]byte(other.Name), 0)}})
	if err != nil {
		return nil, err
	}
	const list = unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_GETRULE
	return t.socket.Execute(message(list, netlink.Request|netlink.Dump, byte(other.Family), 0, name...))
}

// replace makes the table anew.
func (t *table) replace(bridge string, subnets []CIDR) error {
	t.conn.AddTable(t.Table)
	t.conn.DelTable(t.Table)
	t.conn.AddTable(t.Table)
	chain := postrouting
	chain.Table = t.Table
	t.conn.AddChain(&chain)
	for _, subnet := range subnets {
		t.conn.AddRule(&nftables.Rule{Table: t.Table, Chain: &chain, Exprs: codeOf(outward(bridge, subnet))})
	}
	return t.conn.Flush()
}

// commands is what one would type.
func (t *table) commands(bridge string, subnets []CIDR) string {
	lines := []string{"add table inet " + t.Name, "delete table inet " + t.Name, "add table inet " + t.Name, t.chainText(postrouting)}
	for _, subnet := range subnets {
		lines = append(lines, t.ruleText(postrouting, outward(bridge, subnet)))
	}
	return "nft '" + strings.Join(lines, "; ") + "'"
}
