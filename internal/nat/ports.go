package nat

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/nftables"
)

// A portMap is a map of the kernel's: from a port, or from an address and a port, to
// those that they stand for. However many there are, one look is enough.
type portMap struct {
	name  string
	proto string
	six   bool // of IPv6
	at    bool // the address counts
	ports []mapping
}

// portMaps divides the ports among maps, for a map has keys of one kind. A port at an
// address of loopback is in none: what is sent there comes to our own socket.
func portMaps(list []mapping) (maps []*portMap) {
	byName := map[string]*portMap{}
	for _, m := range list {
		if m.host.Addr().IsLoopback() {
			continue
		}
		name := m.proto + m.family()
		if !m.everywhere() {
			name += "-at"
		}
		if byName[name] == nil {
			byName[name] = &portMap{name: name, proto: m.proto, six: m.host.Addr().Is6(), at: !m.everywhere()}
			maps = append(maps, byName[name])
		}
		byName[name].ports = append(byName[name].ports, m)
	}
	return maps
}

// address is the kernel's type of an address, and nft's name for it.
func (m *portMap) address() (nftables.SetDatatype, string) {
	if m.six {
		return nftables.TypeIP6Addr, "ipv6_addr"
	}
	return nftables.TypeIPAddr, "ipv4_addr"
}

// set is the map as the kernel gets it.
func (m *portMap) set(table *nftables.Table) *nftables.Set {
	address, _ := m.address()
	both := nftables.MustConcatSetType(address, nftables.TypeInetService)
	set := &nftables.Set{Table: table, Name: m.name, IsMap: true, KeyType: nftables.TypeInetService, DataType: both}
	if m.at {
		set.KeyType, set.Concatenation = both, true
	}
	return set
}

// elements are the ports as the kernel gets them.
func (m *portMap) elements() (list []nftables.SetElement) {
	for _, p := range m.ports {
		key := binary.BigEndian.AppendUint16(nil, p.host.Port())
		if m.at {
			key = joined(p.host)
		}
		list = append(list, nftables.SetElement{Key: key, Val: joined(p.to)})
	}
	return list
}

// joined is an address and a port, filled up to whole registers.
func joined(a netip.AddrPort) []byte {
	return append(binary.BigEndian.AppendUint16(a.Addr().AsSlice(), a.Port()), 0, 0)
}

// text is the map as nft(8) takes it.
func (m *portMap) text() string {
	_, address := m.address()
	key := "inet_service"
	if m.at {
		key = address + " . inet_service"
	}
	var elements []string
	for _, p := range m.ports {
		key := fmt.Sprint(p.host.Port())
		if m.at {
			key = fmt.Sprintf("%s . %d", p.host.Addr(), p.host.Port())
		}
		elements = append(elements, fmt.Sprintf("%s : %s . %d", key, p.to.Addr(), p.to.Port()))
	}
	return fmt.Sprintf("{ type %s : %s . inet_service; elements = { %s }; }", key, address, strings.Join(elements, ", "))
}
