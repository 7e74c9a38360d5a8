package cli

import (
	"math/rand"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"ctrkit/internal/argv"
	"ctrkit/internal/cgroup"
	"ctrkit/internal/chain"
	"ctrkit/internal/ctr"
	"ctrkit/internal/ns"
	"ctrkit/internal/root"
	"ctrkit/internal/ufs"
	"ctrkit/internal/veth"
)

var steps = []chain.Step{&cgroup.Limit{}, &ns.Unshare{}, &cgroup.Stat{}, &ufs.Mount{}, &ufs.Diff{}, &ufs.Apply{}, &root.Pivot{}, &veth.Link{}, &ctr.Run{}}

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
	case []ns.Map:
		m := ns.Map{Inner: random.Uint32() >> 1, Outer: random.Uint32() >> 1, Count: 1 + random.Uint32()>>2}
		return reflect.ValueOf([]ns.Map{m, {Count: 1}})
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
	case *ufs.Time:
		return reflect.ValueOf(&ufs.Time{Time: time.Unix(random.Int63n(1<<33), random.Int63n(1e9)).UTC()})
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
	default:
		_ = value
		panic("an option has a type that this test does not know: " + typ.String())
	}
}
