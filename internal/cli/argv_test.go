package cli

import (
	"math/rand"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"ctrkit/internal/argv"
	"ctrkit/internal/cgroup"
	"ctrkit/internal/chain"
	"ctrkit/internal/ctr"
	"ctrkit/internal/nat"
	"ctrkit/internal/ns"
	"ctrkit/internal/priv"
	"ctrkit/internal/recipe"
	"ctrkit/internal/root"
	"ctrkit/internal/ufs"
	"ctrkit/internal/ufs/pack"
	"ctrkit/internal/veth"
)

var steps = []chain.Step{&cgroup.Limit{}, &ns.Unshare{}, &cgroup.Stat{}, &ufs.Mount{}, &pack.Diff{}, &pack.Apply{}, &root.Pivot{}, &veth.Link{}, &nat.Publish{}, &priv.Drop{}, &ctr.Run{}}

// words are values of options that parsers have been known to stumble over.
var words = []string{
	"", "a", "two words", "-", "--", "-x", "--long", "--long=value", "a=b", "a,b", "a:b", `back\slash`,
	"'quote'", `"double"`, "$HOME", "*", "~", "ünï", "new\nline", "1", "true", "@file",
}

// Parsing what argv.Of prints gives the same step, whatever is in it.
func TestTheCommandLineOfAStepIsParsedToTheSameStep(t *testing.T) {
	for _, step := range steps {
		typ := reflect.TypeOf(step).Elem()
		same := func(seed int64) bool {
			want := reflect.New(typ)
			fill(want.Elem(), rand.New(rand.NewSource(seed)))
			line := argv.Of(want.Interface())
			got := reflect.New(typ)
			if _, err := parse(got.Interface().(chain.Step), "", line); err != nil {
				t.Logf("%q: %v", line, err)
				return false
			}
			if !reflect.DeepEqual(got.Interface(), want.Interface()) {
				t.Logf("%q\n got %+v\nwant %+v", line, got.Elem(), want.Elem())
				return false
			}
			return true
		}
		if err := quick.Check(same, &quick.Config{MaxCount: 500}); err != nil {
			t.Errorf("%s: %v", step.Name(), err)
		}
	}
}

// fill sets about half of the fields.
func fill(step reflect.Value, random *rand.Rand) {
	for i := range step.NumField() {
		field, value := step.Type().Field(i), step.Field(i)
		_, positional := field.Tag.Lookup("arg")
		switch {
		case !field.IsExported():
		case field.Anonymous:
			fill(value, random)
		case positional && value.Kind() == reflect.String:
			value.SetString("dir" + words[random.Intn(len(words))])
		case positional && field.Tag.Get("passthrough") == "":
			value.Set(reflect.ValueOf([]string{words[1+random.Intn(len(words)-1)], words[1+random.Intn(len(words)-1)]}))
		case positional:
			value.Set(reflect.ValueOf([]string{"--", "prog", "--option", words[random.Intn(len(words))]}))
		case field.Tag.Get("type") == "two":
			if random.Intn(2) == 0 {
				value.Set(reflect.ValueOf([]string{"two words", "a=" + words[random.Intn(len(words))]}))
			}
		case random.Intn(2) == 0:
			value.Set(randomOf(value.Type(), random))
		}
	}
}

func ip4(random *rand.Rand) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(1 + random.Intn(120)), byte(random.Intn(256)), 0, byte(1 + random.Intn(254))})
}

// randomOf is a value of a type that an option can have.
func randomOf(typ reflect.Type, random *rand.Rand) reflect.Value {
	word := words[1+random.Intn(len(words)-1)]
	switch value := reflect.New(typ).Elem().Interface().(type) {
	case bool:
		return reflect.ValueOf(true)
	case string:
		return reflect.ValueOf(word)
	case *string:
		word = words[random.Intn(len(words))]
		return reflect.ValueOf(&word)
	case []string:
		return reflect.ValueOf([]string{word, words[1+random.Intn(len(words)-1)]})
	case argv.Size:
		return reflect.ValueOf(argv.Size(1 + random.Intn(1<<40)))
	case ns.Propagation:
		return reflect.ValueOf(ns.Propagation(strings.Fields("private slave shared unchanged")[random.Intn(4)]))
	case ns.Setgroups:
		return reflect.ValueOf(ns.Setgroups(strings.Fields("allow deny")[random.Intn(2)]))
	case []ns.Sysctl:
		return reflect.ValueOf([]ns.Sysctl{{Name: "net.ipv4.conf.eth0/1.forwarding", Value: words[random.Intn(len(words))]}, {Name: "kernel/sem", Value: "a=" + word}})
	case []ctr.Server:
		return reflect.ValueOf([]ctr.Server{{Addr: randomAddr(random, 4)}, {Addr: randomAddr(random, 16)}})
	case []ctr.Host:
		return reflect.ValueOf([]ctr.Host{{Name: "a", Addr: randomAddr(random, 16)}, {Name: "b.c"}})
	case []ctr.SecurityOption:
		return reflect.ValueOf([]ctr.SecurityOption{{Name: "seccomp", Value: word}, {Name: "no-new-privileges", Value: strings.Fields("true false")[random.Intn(2)]}})
	case []ns.Map:
		m := ns.Map{Inner: random.Uint32() >> 1, Outer: random.Uint32() >> 1, Count: 1 + random.Uint32()>>2}
		return reflect.ValueOf([]ns.Map{m, {Count: 1}})
	case []ufs.Branch:
		return reflect.ValueOf([]ufs.Branch{{Dir: word, Mode: "rw"}, {Dir: "a=" + word, Mode: strings.Fields("ro ro+wh")[random.Intn(2)]}})
	case []ufs.Option:
		return reflect.ValueOf([]ufs.Option{{Key: "index", Value: strings.Fields("on off")[random.Intn(2)]}, {Key: "volatile"}})
	case *uint32:
		id := random.Uint32()
		return reflect.ValueOf(&id)
	case *int:
		n := random.Int() - 1<<62
		return reflect.ValueOf(&n)
	case ctr.MemorySwap:
		return reflect.ValueOf(ctr.MemorySwap(random.Intn(1<<30) - 1 | 1))
	case []ctr.DeviceLimit:
		return reflect.ValueOf([]ctr.DeviceLimit{{Device: "d" + word, Rate: 1 << 20}, {Device: "254:0", Rate: 7}})
	case cgroup.CPUs:
		return reflect.ValueOf(cgroup.CPUs(1000 + random.Intn(1<<29)))
	case *pack.Time:
		return reflect.ValueOf(&pack.Time{Time: time.Unix(random.Int63n(1<<33), random.Int63n(1e9)).UTC()})
	case *cgroup.Bytes:
		size := cgroup.Bytes(random.Intn(3) * random.Intn(1<<40))
		return reflect.ValueOf(&size)
	case []cgroup.Rate:
		return reflect.ValueOf([]cgroup.Rate{{Device: "d" + word, Rate: argv.Size(1 + random.Intn(1<<40))}, {Device: "254:0", Rate: 7 << 20}})
	case []cgroup.Huge:
		return reflect.ValueOf([]cgroup.Huge{{Page: argv.Size(1) << random.Intn(40), Limit: argv.Size(1 + random.Intn(1<<40))}, {Page: 2 << 20, Limit: 1}})
	case []cgroup.Setting:
		settings := make([]cgroup.Setting, 2)
		for i, text := range []string{"memory.min=8M", "a.b=" + word} {
			if err := settings[i].UnmarshalText([]byte(text)); err != nil {
				panic(err)
			}
		}
		return reflect.ValueOf(settings)
	case []root.Bind:
		m := argv.Map{Inner: random.Uint32() >> 1, Outer: random.Uint32() >> 1, Count: 1 + random.Uint32()>>2}
		return reflect.ValueOf([]root.Bind{
			{Source: word, Target: word, ReadOnly: random.Intn(2) == 0, Recursive: random.Intn(2) == 0},
			{Source: "a" + word, Target: "/" + word, Maps: []argv.Map{m, {Count: 1}}},
		})
	case []root.Tmpfs:
		return reflect.ValueOf([]root.Tmpfs{
			{Target: word},
			{Target: "/" + word, Size: argv.Size(1 + random.Intn(1<<40)), Mode: root.Mode(1 + random.Intn(0o7777)), Exec: random.Intn(2) == 0},
		})
	case []root.File:
		return reflect.ValueOf([]root.File{{Target: word, Text: words[random.Intn(len(words))]}, {Target: "/" + word, Text: word}})
	case []nat.CIDR:
		return reflect.ValueOf([]nat.CIDR{{Prefix: netip.PrefixFrom(randomAddr(random, 4), 20).Masked()}, {Prefix: netip.PrefixFrom(randomAddr(random, 16), 64).Masked()}})
	case []nat.Addr:
		return reflect.ValueOf([]nat.Addr{{Addr: randomAddr(random, 4)}, {Addr: randomAddr(random, 16)}})
	case []nat.Port:
		host, n := uint16(1+random.Intn(60000)), uint16(random.Intn(500))
		return reflect.ValueOf([]nat.Port{
			{Host: randomAddr(random, 16), First: host, Last: host + n, To: host/2*2 | 1},
			{Host: randomAddr(random, 4), First: host, Last: host, To: 80, UDP: true},
			{First: 8080, Last: 8080 + n, To: 9},
		})
	case int64:
		return reflect.ValueOf(random.Int63() - 1<<62)
	case int:
		return reflect.ValueOf(1 + random.Intn(1<<20))
	case []veth.Addr:
		return reflect.ValueOf([]veth.Addr{{Prefix: netip.PrefixFrom(ip4(random), 8+random.Intn(20))}, {Prefix: netip.MustParsePrefix("fd00::5/64")}})
	case []veth.Subnet:
		return reflect.ValueOf([]veth.Subnet{{Prefix: netip.PrefixFrom(ip4(random), 8+random.Intn(20)).Masked()}, {Prefix: netip.MustParsePrefix("fd00::/64")}})
	case []veth.Route:
		return reflect.ValueOf([]veth.Route{{}, {Via: ip4(random)}, {Dst: netip.MustParsePrefix("fd01::/64"), Via: netip.MustParseAddr("fd00::7")}})
	case *veth.MAC:
		return reflect.ValueOf(&veth.MAC{2 * byte(1+random.Intn(100)), byte(random.Intn(256)), 5: byte(random.Intn(256))})
	case veth.Rate:
		return reflect.ValueOf(veth.Rate(8000 + random.Intn(1<<35)))
	case *ns.Signal:
		signal := ns.Signal(1 + random.Intn(64))
		return reflect.ValueOf(&signal)
	case priv.Caps:
		return reflect.ValueOf(priv.Caps(strings.Fields("default none all net_raw,CAP_CHOWN")[random.Intn(4)]))
	case []priv.Cap:
		return reflect.ValueOf([]priv.Cap{priv.Cap(random.Intn(recipe.Capabilities)), -1})
	case priv.User:
		return reflect.ValueOf(priv.User(strings.Fields("0 1000:1000 user user:5 -x:--")[random.Intn(5)]))
	case []priv.Group:
		return reflect.ValueOf([]priv.Group{priv.Group(strconv.Itoa(int(random.Int31()))), "-group name"})
	case []priv.Rlimit:
		n := uint64(random.Intn(1 << 30))
		return reflect.ValueOf([]priv.Rlimit{{Resource: random.Intn(len(recipe.Resources)), Soft: n, Hard: ^uint64(0)}, {Soft: n, Hard: n}})
	case *priv.Mode:
		mode := priv.Mode(random.Intn(0o1000))
		return reflect.ValueOf(&mode)
	default:
		_ = value
		panic("an option has a type that this test does not know: " + typ.String())
	}
}

// randomAddr is the address of a host, of 4 or 16 bytes.
func randomAddr(random *rand.Rand, size int) netip.Addr {
	bytes := make([]byte, size)
	random.Read(bytes)
	bytes[0] = 10
	addr, _ := netip.AddrFromSlice(bytes)
	return addr
}
