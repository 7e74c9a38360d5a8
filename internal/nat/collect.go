package nat

import (
	"os"
	"strconv"
	"strings"

	"github.com/google/nftables"
)

// collect removes the tables of holders that were killed, on kernels that do not do
// so themselves. There a holder is alive as long as its socket is listed.
func (t *table) collect() error {
	tables, err := t.conn.ListTablesOfFamily(nftables.TableFamilyINet)
	if err != nil {
		return explain(err)
	}
	listed, err := os.ReadFile("/proc/net/netlink")
	if err != nil {
		return err
	}
	alive := sockets(string(listed))
	for _, other := range tables {
		number, ours := strings.CutPrefix(other.Name, prefix)
		if !ours || alive[number] {
			continue
		}
		t.conn.DelTable(other)
	}
	return explain(t.conn.Flush())
}

// sockets are the numbers of the netlink sockets of this network namespace.
func sockets(list string) map[string]bool {
	numbers := map[string]bool{}
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if n := len(fields); n > 0 {
			if _, err := strconv.ParseUint(fields[n-1], 10, 64); err == nil {
				numbers[fields[n-1]] = true
			}
		}
	}
	return numbers
}
