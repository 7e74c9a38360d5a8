package nat

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A link is a network device, as the kernel describes it. See rtnetlink(7).
type link struct {
	index int
	kind  string // bridge, veth and so on
}

var errNoLink = errors.New("there is no such link")

// route asks the kernel about links and addresses. It answers strictly: only about
// what it was asked.
func route(request uint16, flags netlink.HeaderFlags, body []byte) ([]netlink.Message, error) {
	conn, err := netlink.Dial(unix.NETLINK_ROUTE, &netlink.Config{})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetOption(netlink.GetStrictCheck, true); err != nil {
		return nil, err
	}
	return conn.Execute(netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(request), Flags: netlink.Request | flags},
		Data:   body,
	})
}

// findLink finds a link by its name.
func findLink(name string) (found link, err error) {
	attributes, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: unix.IFLA_IFNAME, Data: append([]byte(name), 0)}})
	if err != nil {
		return found, err
	}
	answer, err := route(unix.RTM_GETLINK, 0, append(make([]byte, unix.SizeofIfInfomsg), attributes...))
	if errors.Is(err, unix.ENODEV) {
		return found, errNoLink
	}
	if err != nil {
		return found, err
	}
	return parseLink(answer[0].Data)
}

// parseLink reads a struct ifinfomsg and its attributes.
func parseLink(message []byte) (found link, err error) {
	if len(message) < unix.SizeofIfInfomsg {
		return found, errShort
	}
	const index = 4 // after family, padding and type
	found.index = int(int32(binary.NativeEndian.Uint32(message[index:])))
	attributes, err := netlink.NewAttributeDecoder(message[unix.SizeofIfInfomsg:])
	if err != nil {
		return found, err
	}
	for attributes.Next() {
		if attributes.Type() == unix.IFLA_LINKINFO {
			attributes.Nested(func(info *netlink.AttributeDecoder) error {
				for info.Next() {
					if info.Type() == unix.IFLA_INFO_KIND {
						found.kind = info.String()
					}
				}
				return nil
			})
		}
	}
	return found, attributes.Err()
}

var errShort = errors.New("the kernel's answer is too short")

// addresses are those of a link, with their networks, but for those of IPv6 that
// every link has by itself.
func (l link) addresses() (list []netip.Prefix, err error) {
	body := make([]byte, unix.SizeofIfAddrmsg)
	const index = 4 // after family, length, flags and scope
	binary.NativeEndian.PutUint32(body[index:], uint32(l.index))
	answers, err := route(unix.RTM_GETADDR, netlink.Dump, body)
	if err != nil {
		return nil, err
	}
	for _, answer := range answers {
		prefix, err := parseAddress(answer.Data)
		if err != nil {
			return nil, err
		}
		if prefix.IsValid() && !prefix.Addr().IsLinkLocalUnicast() && !slices.Contains(list, prefix) {
			list = append(list, prefix)
		}
	}
	return list, nil
}

// parseAddress reads a struct ifaddrmsg and its attributes.
func parseAddress(message []byte) (prefix netip.Prefix, err error) {
	if len(message) < unix.SizeofIfAddrmsg {
		return prefix, errShort
	}
	attributes, err := netlink.NewAttributeDecoder(message[unix.SizeofIfAddrmsg:])
	if err != nil {
		return prefix, err
	}
	var addr netip.Addr
	for attributes.Next() {
		// On a link with a peer, ADDRESS is the peer's.
		if t := attributes.Type(); t == unix.IFA_LOCAL || t == unix.IFA_ADDRESS && !addr.IsValid() {
			addr, _ = netip.AddrFromSlice(attributes.Bytes())
		}
	}
	return netip.PrefixFrom(addr, int(message[1])), attributes.Err()
}
