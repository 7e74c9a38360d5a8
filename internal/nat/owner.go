package nat

import (
	"encoding/binary"
	"errors"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
)

// ownerFlag asks the kernel to remove a table with the socket that made it
// (NFT_TABLE_F_OWNER). Meanwhile no other socket may change it.
const ownerFlag = 2

// create makes the table. The library would leave out its flags, so the message is
// ours: a transaction with one command in it.
func (t *table) create(flags uint32) error {
	attributes, err := netlink.MarshalAttributes([]netlink.Attribute{
		{Type: unix.NFTA_TABLE_NAME, Data: append([]byte(t.Name), 0)},
		{Type: unix.NFTA_TABLE_FLAGS, Data: binary.BigEndian.AppendUint32(nil, flags)},
	})
	if err != nil {
		return err
	}
	const wanted = netlink.Request | netlink.Acknowledge | netlink.Create | netlink.Excl
	_, err = t.socket.SendMessages([]netlink.Message{
		message(unix.NFNL_MSG_BATCH_BEGIN, netlink.Request, unix.NFPROTO_UNSPEC, unix.NFNL_SUBSYS_NFTABLES),
		message(unix.NFNL_SUBSYS_NFTABLES<<8|unix.NFT_MSG_NEWTABLE, wanted, unix.NFPROTO_INET, 0, attributes...),
		message(unix.NFNL_MSG_BATCH_END, netlink.Request, unix.NFPROTO_UNSPEC, unix.NFNL_SUBSYS_NFTABLES),
	})
	if err == nil {
		_, err = t.socket.Receive()
	}
	t.made = err == nil
	return explain(err)
}

// message is one of the netfilter subsystem, which begins with a struct nfgenmsg.
func message(kind uint16, flags netlink.HeaderFlags, family byte, resource uint16, attributes ...byte) netlink.Message {
	head := binary.BigEndian.AppendUint16([]byte{family, unix.NFNETLINK_V0}, resource)
	return netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(kind), Flags: flags},
		Data:   append(head, attributes...),
	}
}

// explain strips an error of the library's words, and adds the remedy.
func explain(err error) error {
	var errno unix.Errno
	if !errors.As(err, &errno) {
		return err
	}
	switch errno {
	case unix.EPERM:
		return &chain.Hinted{Err: errno, Hint: "the rules of a network take root: try sudo, or in a network of your own, ns-unshare --map-root-user --net --"}
	case unix.EOPNOTSUPP, unix.ENOENT, unix.EPROTONOSUPPORT:
		return &chain.Hinted{Err: errno, Hint: missing}
	}
	return errno
}
