package filter

import (
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// A call is a system call of an architecture.
type call struct {
	nr   uint32
	name string
}

// An arch is a set of system calls that a processor can make in one of its modes. The
// kernel tells a filter which, because number 5 is open in one and fstat in another.
type arch struct {
	name  string // as Go has it
	oci   string // as profiles have it
	audit uint32 // as the kernel has it
	calls []call // by number
	// highest is the number from which on calls are those of x32, 64-bit registers with 32-bit
	// pointers, which goes by the same audit number. 0 for none.
	highest uint32
}

var arches = []*arch{
	{"amd64", "SCMP_ARCH_X86_64", unix.AUDIT_ARCH_X86_64, callsAMD64, 0x40000000},
	{"386", "SCMP_ARCH_X86", unix.AUDIT_ARCH_I386, calls386, 0},
	{"arm64", "SCMP_ARCH_AARCH64", unix.AUDIT_ARCH_AARCH64, callsARM64, 0},
	{"arm", "SCMP_ARCH_ARM", unix.AUDIT_ARCH_ARM, callsARM, 0},
}

// companions are the architectures whose programs run beside one's own on the same kernel.
var companions = map[string]string{"amd64": "386", "arm64": "arm"}

// foreignArches are those that profiles name and that no processor of ours has.
var foreignArches = []string{
	"SCMP_ARCH_X32", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32",
	"SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64",
	"SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64", "SCMP_ARCH_S390", "SCMP_ARCH_S390X",
	"SCMP_ARCH_SH", "SCMP_ARCH_SHEB",
}

func archOf(name string) *arch {
	i := slices.IndexFunc(arches, func(a *arch) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	return arches[i]
}

// native is the architecture that we are built for.
func native() *arch { return archOf(runtime.GOARCH) }

// known are the names of all calls of all architectures. Those that libseccomp has for
// what is one call in truth are among them.
var known = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, a := range arches {
		for _, c := range a.calls {
			names[c.name] = true
		}
	}
	for _, name := range slices.Concat(elsewhere, strangeNames) {
		names[name] = true
	}
	return names
})

// strangeNames are in the profiles of others and in no table of ours.
var strangeNames = []string{"fstatat64", "riscv_hwprobe", "oldwait4", "arm_sync_file_range"}
