package nat

import (
	"fmt"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"

	"ctrkit/internal/recipe"
)

// The chains of the table. Those with a hook are run for every packet that passes it.
var (
	prerouting  = nftables.Chain{Name: "prerouting", Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityNATDest}
	output      = nftables.Chain{Name: "output", Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest}
	postrouting = nftables.Chain{Name: "postrouting", Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource}
	forward     = nftables.Chain{Name: "forward", Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter}
	published   = nftables.Chain{Name: "published"}
)

// chain is the work of adding a chain to the table.
func (t *table) chain(c nftables.Chain) recipe.Outside {
	c.Table = t.Table
	return t.queued("add chain", c.Name, t.chainText(c), func() error {
		t.conn.AddChain(&c)
		return nil
	})
}

func (t *table) chainText(c nftables.Chain) string {
	text := fmt.Sprintf("add chain inet %s %s", t.Name, c.Name)
	if c.Hooknum != nil {
		text += fmt.Sprintf(" { type %s hook %s priority %d; }", c.Type, c.Name, *c.Priority)
	}
	return text
}

// rule is the work of adding a rule to a chain.
func (t *table) rule(chain nftables.Chain, clauses ...clause) recipe.Outside {
	chain.Table = t.Table
	return t.queued("add rule to", chain.Name, t.ruleText(chain, clauses), func() error {
		t.conn.AddRule(&nftables.Rule{Table: t.Table, Chain: &chain, Exprs: codeOf(clauses)})
		return nil
	})
}

func (t *table) ruleText(chain nftables.Chain, clauses []clause) string {
	var words []string
	for _, c := range clauses {
		words = append(words, c.text)
	}
	return fmt.Sprintf("add rule inet %s %s %s", t.Name, chain.Name, strings.Join(words, " "))
}

func codeOf(clauses []clause) (code []expr.Any) {
	for _, c := range clauses {
		code = append(code, c.code...)
	}
	return code
}

// ports is the work of adding a map of ports to the table.
func (t *table) ports(m *portMap) recipe.Outside {
	return t.queued("add map", m.name, fmt.Sprintf("add map inet %s %s %s", t.Name, m.name, m.text()), func() error {
		return t.conn.AddSet(m.set(t.Table), m.elements())
	})
}

// queued is work that is done when the transaction is sent.
func (t *table) queued(name, object, text string, do func() error) recipe.Outside {
	return recipe.Outside{Name: name, Object: object, Same: "nft '" + text + "'", Do: func(int) error { return do() }}
}

// commit records that the rules come into force, which is all at once.
func (t *table) commit(r *recipe.Recipe) {
	// What was said so far is one transaction: the kernel takes all of it or nothing, and
	// no packet meets half of the rules.
	r.Outside(recipe.Outside{Name: "commit", Object: t.Name, Do: func(int) error { return explain(t.conn.Flush()) }})
}
