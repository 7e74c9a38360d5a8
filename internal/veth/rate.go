package veth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// A Rate is a number of bits per second, written as in tc(8): 10mbit.
type Rate uint64

// rates are the units, in bits. Tc knows more of them; a b in front of ps is a byte.
var rates = []struct {
	unit string
	bits uint64
}{
	{"tbit", 1e12},
	{"gbit", 1e9},
	{"mbit", 1e6},
	{"kbit", 1e3},
	{"bit", 1},
	{"tbps", 8e12},
	{"gbps", 8e9},
	{"mbps", 8e6},
	{"kbps", 8e3},
	{"bps", 8},
}

func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r Rate) String() string {
	for _, u := range rates {
		if r != 0 && uint64(r)%u.bits == 0 {
			return strconv.FormatUint(uint64(r)/u.bits, 10) + u.unit
		}
	}
	return "0bit"
}

func (r *Rate) UnmarshalText(text []byte) error {
	const slowest, fastest = 8e3, math.MaxUint32 * 8 // what the kernel counts is bytes, in 32 bits
	digits, bits := strings.ToLower(string(text)), uint64(1)
	for _, u := range rates {
		if short, ok := strings.CutSuffix(digits, u.unit); ok {
			digits, bits = short, u.bits
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && n > fastest/bits:
		return fmt.Errorf("%q is more than the kernel can count: at most 34gbit", text)
	case err != nil:
		return fmt.Errorf("%q is no rate: write 10mbit", text)
	case n*bits < slowest:
		return fmt.Errorf("%q is too slow for packets: at least 8kbit", text)
	}
	*r = Rate(n * bits)
	return nil
}

// burst is how many bytes may go at once. The less, the smoother, but a clock that
// ticks 250 times in a second must let a tick's worth pass, and a large packet too.
func (r Rate) burst() uint32 { return uint32(max(16<<10, uint64(r)/8/200)) }

// patience is how long a packet waits at most before it is dropped, in milliseconds.
const patience = 50

// same is the classic command that limits a link.
func (r Rate) same(link string) string {
	return fmt.Sprintf("tc qdisc add dev %s root tbf rate %s burst %d latency %dms", link, r, r.burst(), patience)
}

// limited asks that a link sends no faster than at a rate.
func limited(index int32, r Rate) *request {
	bytes := uint64(r) / 8
	spec := nl.TcRateSpec{Linklayer: nl.LINKLAYER_ETHERNET, Rate: uint32(bytes)}
	options := nl.TcTbfQopt{Rate: spec, Limit: uint32(min(math.MaxUint32, bytes*patience/1000+uint64(r.burst())))}
	q := newRequest(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	q.AddData(&nl.TcMsg{Family: unix.AF_UNSPEC, Ifindex: index, Parent: tcRoot})
	q.AddData(nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated("tbf")))
	bucket := nl.NewRtAttr(nl.TCA_OPTIONS, nil)
	bucket.AddRtAttr(nl.TCA_TBF_PARMS, options.Serialize())
	bucket.AddRtAttr(nl.TCA_TBF_BURST, binary.NativeEndian.AppendUint32(nil, r.burst()))
	q.AddData(bucket)
	return q
}

// tcRoot is the place of the queue that everything leaves through: TC_H_ROOT.
const tcRoot = 0xffffffff
