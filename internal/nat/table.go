package nat

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/nftables"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// A table holds our rules. Its name ends in the number of the socket that it is made
// by, which no other socket has as long as that is open.
type table struct {
	*nftables.Table
	conn   *nftables.Conn
	socket *netlink.Conn
	owned  bool // the kernel removes it when the socket is closed
	made   bool
}

const prefix = "ctr-nat-"

// newTable opens the socket, and makes nothing.
func newTable() (*table, error) {
	t := &table{Table: &nftables.Table{Family: nftables.TableFamilyINet}, owned: canOwn()}
	var err error
	t.conn, err = nftables.New(nftables.AsLasting(), nftables.WithSockOptions(func(socket *netlink.Conn) error {
		t.socket = socket
		return nil
	}))
	if err != nil {
		return nil, &chain.Hinted{Err: fmt.Errorf("open netlink socket of the packet filter: %w", err), Hint: missing}
	}
	number, err := socketNumber(t.socket)
	t.Name = prefix + strconv.FormatUint(number, 10)
	return t, err
}

const missing = "this kernel lacks the packet filter nf_tables, or its address translation: as root, modprobe -a nf_tables nft_chain_nat nft_masq nft_fib_inet"

// socketNumber is the number of the inode of a socket. It stands in the last column of
// /proc/net/netlink too.
func socketNumber(socket *netlink.Conn) (number uint64, err error) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0, err
	}
	var stat unix.Stat_t
	if e := raw.Control(func(fd uintptr) { err = unix.Fstat(int(fd), &stat) }); e != nil {
		return 0, e
	}
	return stat.Ino, err
}

// canOwn reports whether this kernel removes a table with its owner.
func canOwn() bool {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return false
	}
	major, rest, _ := strings.Cut(unix.ByteSliceToString(name.Release[:]), ".")
	minor, _, _ := strings.Cut(rest, ".")
	x, _ := strconv.Atoi(major)
	y, _ := strconv.Atoi(minor)
	const since, subversion = 5, 12
	return x > since || x == since && y >= subversion
}

// make records that the table is made.
func (t *table) make(r *recipe.Recipe) {
	made := recipe.Outside{Name: "make table", Object: t.Name, Same: "nft 'add table inet " + t.Name + "'", Undo: t.remove}
	if t.owned {
		made.Do = func(int) error { return t.create(ownerFlag) }
		//doc:owner
		// A table with an owner is removed by the kernel when the owner's socket is closed.
		// A process that is killed closes its sockets too, so no rule outlives us.
		r.Outside(made)
		return
	}
	t.collectOld(r)
	made.Do = func(int) error { return t.create(0) }
	// A table is a place for rules. It bears the number of our socket, so that anybody can
	// see whether we are still there.
	r.Outside(made)
}

// collectOld records that the tables of those who were killed are removed.
func (t *table) collectOld(r *recipe.Recipe) {
	// The name of a table ends in the number of its holder's socket. If there is no such
	// socket any more, the holder was killed, and nobody else would remove the table.
	r.Outside(recipe.Outside{
		Name: "collect tables", Object: prefix + "*",
		Do: func(int) error { return t.collect() },
	}).Because("the kernel is older than Linux 5.12, where it does so itself")
}

// remove removes the table when the program has ended. The kernel would do so when the
// socket is closed, but would let us wait until no packet can meet the rules any more.
func (t *table) remove() error {
	defer t.conn.CloseLasting()
	if !t.made {
		return nil
	}
	t.conn.DelTable(t.Table)
	err := t.conn.Flush()
	if errors.Is(err, unix.ENOENT) {
		return nil // on an older kernel anybody may remove it
	}
	return explain(err)
}
