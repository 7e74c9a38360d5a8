package nat

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// A clause is a part of a rule: what nft(8) calls it, and the instructions for the
// kernel, which has a small machine with registers that runs them for a packet. The
// first comparison that fails ends the rule.
type clause struct {
	text string
	code []expr.Any
}

// The registers that clauses work with: 1 has room for an address of IPv6, of which
// each quarter has a number too.
const (
	register     = unix.NFT_REG_1
	afterAddress = unix.NFT_REG32_00 + 1 // the second quarter: behind an address of IPv4
	afterLong    = unix.NFT_REG_2        // behind one of IPv6
)

// op is a comparison as nft writes it.
func op(equal bool) (string, expr.CmpOp) {
	if equal {
		return "", expr.CmpOpEq
	}
	return "!= ", expr.CmpOpNeq
}

func from(equal bool, link string) clause { return device("iifname", expr.MetaKeyIIFNAME, equal, link) }

func by(equal bool, link string) clause { return device("oifname", expr.MetaKeyOIFNAME, equal, link) }

// device compares the name of the link that a packet came from, or leaves by.
func device(what string, key expr.MetaKey, equal bool, link string) clause {
	text, compare := op(equal)
	name := make([]byte, unix.IFNAMSIZ)
	copy(name, link)
	return clause{fmt.Sprintf("%s %s%q", what, text, link), []expr.Any{
		&expr.Meta{Key: key, Register: register},
		&expr.Cmp{Op: compare, Register: register, Data: name},
	}}
}

// field is where an address stands in the header of a packet.
type field struct {
	name     string
	offset   uint32
	ofLonger uint32 // its offset in IPv6
}

var (
	sourceOf      = field{"saddr", 12, 8}
	destinationOf = field{"daddr", 16, 24}
)

// in compares an address of the packet with a network. A table for both kinds of
// packets must first look which kind it has.
func (f field) in(network netip.Prefix) clause {
	header, kind, offset := "ip", byte(unix.NFPROTO_IPV4), f.offset
	if network.Addr().Is6() {
		header, kind, offset = "ip6", unix.NFPROTO_IPV6, f.ofLonger
	}
	addr := network.Masked().Addr()
	size := uint32(addr.BitLen() / 8)
	c := clause{"", []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: register},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: []byte{kind}},
		&expr.Payload{DestRegister: register, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: size},
	}}
	name := network.String()
	if network.IsSingleIP() {
		name = addr.String()
	} else {
		c.code = append(c.code, &expr.Bitwise{SourceRegister: register, DestRegister: register, Len: size, Mask: mask(network), Xor: make([]byte, size)})
	}
	c.text = fmt.Sprintf("%s %s %s", header, f.name, name)
	c.code = append(c.code, &expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: addr.AsSlice()})
	return c
}

// mask has a one for each bit that all addresses of a network have in common.
func mask(network netip.Prefix) []byte {
	bits := make([]byte, network.Addr().BitLen()/8)
	for i := range network.Bits() {
		bits[i/8] |= 0x80 >> (i % 8)
	}
	return bits
}

// single is the network that has one address.
func single(addr netip.Addr) netip.Prefix { return netip.PrefixFrom(addr, addr.BitLen()) }

// toUs is true of what is for an address of this machine. It asks the routing table.
func toUs() clause {
	return clause{"fib daddr type local", []expr.Any{
		&expr.Fib{Register: register, FlagDADDR: true, ResultADDRTYPE: true},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: binaryutil.NativeEndian.PutUint32(unix.RTN_LOCAL)},
	}}
}
