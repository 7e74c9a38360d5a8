package ctr

// Advice says what to use in the place of an option of docker run that we have not, or "".
func (c *Run) Advice(option string) string { return remedies[option] }

const (
	noImages  = "there are no images here: --rootfs DIR takes a root file system, --archive FILE one as docker export writes it, and without it the files are the machine's own"
	noDaemon  = "there is no daemon here: whoever starts ctr-run waits for it and starts it again, such as a unit of systemd"
	noLabels  = "there are no labels here, because nothing is kept about a container"
	noHealth  = "nobody looks after a container here: run the test by ns-enter --target PID --all -- TEST"
	noPlugins = "there are no plug-ins here: "
	blockIO   = "use --device-read-bps and its kind: a limit that is always the same"
)

// remedies are the options of docker run that we have not, and what to do.
var remedies = map[string]string{
	"--annotation":            noLabels,
	"--attach":                "standard input, output and error are always PROG's; redirect what is not wanted",
	"-a":                      "standard input, output and error are always PROG's; redirect what is not wanted",
	"--blkio-weight":          blockIO,
	"--blkio-weight-device":   blockIO,
	"--cgroupns":              "a container always has a view of its own of the control groups",
	"--cidfile":               "a container has no id: --pidfile FILE has its first process's, by which ns-enter --target FILE finds it",
	"--cpu-count":             "write --cpus",
	"--cpu-percent":           "write --cpus",
	"--cpu-period":            "write --cpus N: quota divided by period",
	"--cpu-quota":             "write --cpus N: quota divided by period",
	"--cpu-rt-period":         "real-time shares can be set by cg-limit --set cpu.rt_period_us=N in a pipeline: see --print",
	"--cpu-rt-runtime":        "real-time shares can be set by cg-limit --set cpu.rt_runtime_us=N in a pipeline: see --print",
	"--cpu-shares":            "write --cpu-weight N: 100 is what docker calls 1024",
	"-c":                      "write --cpu-weight N: 100 is what docker calls 1024",
	"--cpuset-mems":           "write cg-limit --cpuset-mems LIST in a pipeline: see --print",
	"--detach-keys":           "a terminal is PROG's alone here: no key leaves it",
	"--device":                "write --volume /dev/NAME:/dev/NAME; of a root that is not --privileged, no device node works but those in /dev",
	"--device-cgroup-rule":    "devices are kept out by mounts here, and not by a rule: --volume /dev/NAME:/dev/NAME lets one in",
	"--disable-content-trust": noImages,
	"--dns-opt":               "write --volume FILE:/etc/resolv.conf with what is to stand there",
	"--dns-option":            "write --volume FILE:/etc/resolv.conf with what is to stand there",
	"--dns-search":            "write --volume FILE:/etc/resolv.conf with what is to stand there",
	"--domainname":            "write --sysctl kernel.domainname=NAME",
	"--expose":                "it only says something about an image: --publish opens a port",
	"--gpus":                  noPlugins + "write --volume /dev/NAME:/dev/NAME for each device, and for the driver's libraries",
	"--health-cmd":            noHealth,
	"--health-interval":       noHealth,
	"--health-retries":        noHealth,
	"--health-start-interval": noHealth,
	"--health-start-period":   noHealth,
	"--health-timeout":        noHealth,
	"--no-healthcheck":        noHealth,
	"--io-maxbandwidth":       blockIO,
	"--io-maxiops":            blockIO,
	"--ip6":                   "write --ip ADDRESS once more, with the IPv6 address",
	"--isolation":             "it is for Windows: here there are namespaces, always",
	"--kernel-memory":         "--memory has the kernel's in it",
	"--label":                 noLabels,
	"-l":                      noLabels,
	"--label-file":            noLabels,
	"--link":                  "containers on the bridge reach one another: write --add-host NAME:ADDRESS, and --ip ADDRESS for the other one",
	"--link-local-ip":         "write --ip ADDRESS",
	"--log-driver":            "there is no log: standard output and error go where the shell sends them",
	"--log-opt":               "there is no log: standard output and error go where the shell sends them",
	"--mac-address":           "write veth-link --mac ADDRESS in a pipeline: see --print",
	"--memory-reservation":    "write cg-limit --memory-high SIZE in a pipeline: see --print",
	"--memory-swappiness":     "write cg-limit --swap 0 in a pipeline, or --memory-swap with the value of --memory: no swap at all",
	"--mount":                 "write --volume SRC:DST[:ro] for type=bind, and --tmpfs DST for type=tmpfs",
	"--net":                   "write --network",
	"--net-alias":             "names are in /etc/hosts: write --add-host NAME:ADDRESS for the others",
	"--network-alias":         "names are in /etc/hosts: write --add-host NAME:ADDRESS for the others",
	"--oom-kill-disable":      "a group without memory would stand still for ever: give it more by --memory",
	"--oom-score-adj":         "write choom -n N -- ctr-run ...: it is inherited",
	"--platform":              noImages + "; programs of another processor need an emulator in the root",
	"--publish-all":           "nothing says which ports there are: name each by --publish",
	"-P":                      "nothing says which ports there are: name each by --publish",
	"--pull":                  noImages,
	"--quiet":                 noImages,
	"-q":                      noImages,
	"--restart":               noDaemon,
	"--runtime":               "there is one runtime: the tools that --print shows",
	"--sig-proxy":             "signals are always passed on",
	"--storage-opt":           "write --size SIZE: the room for what is written",
	"--use-api-socket":        noDaemon,
	"--volume-driver":         noPlugins + "mount it outside, and write --volume",
	"--volumes-from":          "write --volume once more, as for the other container",
}
