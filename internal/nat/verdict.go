package nat

import (
	"fmt"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// The bits by which the kernel tells how far a connection is, and what was done to
// it (enum ip_conntrack_status).
const (
	translated = 1 << 5                                              // IPS_DST_NAT
	answering  = expr.CtStateBitESTABLISHED | expr.CtStateBitRELATED // to what was let through before
)

// connection looks at a connection's bits: whether any of some is set, or none.
func connection(text string, key expr.CtKey, bits uint32, any bool) clause {
	compare := expr.CmpOpEq
	if any {
		compare = expr.CmpOpNeq
	}
	const size = 4
	return clause{text, []expr.Any{
		&expr.Ct{Key: key, Register: register},
		&expr.Bitwise{
			SourceRegister: register, DestRegister: register, Len: size,
			Mask: binaryutil.NativeEndian.PutUint32(bits), Xor: make([]byte, size),
		},
		&expr.Cmp{Op: compare, Register: register, Data: make([]byte, size)},
	}}
}

func isTranslated() clause {
	return connection("ct status dnat", expr.CtKeySTATUS, translated, true)
}

func isNotTranslated() clause {
	return connection("ct status ! dnat", expr.CtKeySTATUS, translated, false)
}

func isNoAnswer() clause {
	return connection("ct state ! established,related", expr.CtKeySTATE, answering, false)
}

// What a rule does with a packet for which all of its clauses are true.

func masquerade() clause { return clause{"masquerade", []expr.Any{&expr.Masq{}}} }
func drop() clause       { return verdict("drop", expr.VerdictDrop, "") }
func giveBack() clause   { return verdict("return", expr.VerdictReturn, "") }

func jump(chain string) clause { return verdict("jump "+chain, expr.VerdictJump, chain) }

func verdict(text string, kind expr.VerdictKind, chain string) clause {
	return clause{text, []expr.Any{&expr.Verdict{Kind: kind, Chain: chain}}}
}

// translate looks a packet's port up in a map, after the address that it was sent to
// if the map has such keys, and puts in what it finds. What is not found goes on.
func (m *portMap) translate() clause {
	header, protocol, kind, addressAt, addressLen, next := "ip", byte(unix.IPPROTO_TCP), byte(unix.NFPROTO_IPV4), uint32(16), uint32(4), uint32(afterAddress)
	if m.six {
		header, kind, addressAt, addressLen, next = "ip6", unix.NFPROTO_IPV6, 24, 16, afterLong
	}
	if m.proto == "udp" {
		protocol = unix.IPPROTO_UDP
	}
	key := m.proto + " dport"
	code := []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: register},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: []byte{kind}},
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: register},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: []byte{protocol}},
	}
	port := uint32(register)
	if m.at {
		key, port = header+" daddr . "+key, next
		code = append(code, &expr.Payload{DestRegister: register, Base: expr.PayloadBaseNetworkHeader, Offset: addressAt, Len: addressLen})
	}
	code = append(code,
		&expr.Payload{DestRegister: port, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		&expr.Lookup{SourceRegister: register, DestRegister: register, IsDestRegSet: true, SetName: m.name},
		&expr.NAT{Type: expr.NATTypeDestNAT, Family: uint32(kind), RegAddrMin: register, RegProtoMin: next},
	)
	return clause{fmt.Sprintf("dnat %s to %s map @%s", header, key, m.name), code}
}
