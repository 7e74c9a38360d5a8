package cli

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"ctrkit/internal/ctr"
)

// dockers are the options of docker run, as of its version 28.
var dockers = strings.Fields(`
	--add-host --annotation --attach -a --blkio-weight --blkio-weight-device --cap-add --cap-drop --cgroup-parent --cgroupns
	--cidfile --cpu-count --cpu-percent --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime --cpu-shares -c --cpus
	--cpuset-cpus --cpuset-mems --detach -d --detach-keys --device --device-cgroup-rule --device-read-bps --device-read-iops
	--device-write-bps --device-write-iops --disable-content-trust --dns --dns-opt --dns-option --dns-search --domainname
	--entrypoint --env -e --env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries
	--health-start-interval --health-start-period --health-timeout --help --hostname -h --init --interactive -i
	--io-maxbandwidth --io-maxiops --ip --ip6 --ipc --isolation --kernel-memory --label -l --label-file --link
	--link-local-ip --log-driver --log-opt --mac-address --memory -m --memory-reservation --memory-swap
	--memory-swappiness --mount --name --net --net-alias --network --network-alias --no-healthcheck --oom-kill-disable
	--oom-score-adj --pid --pids-limit --platform --privileged --publish -p --publish-all -P --pull --quiet -q --read-only
	--restart --rm --runtime --security-opt --shm-size --sig-proxy --stop-signal --stop-timeout --storage-opt --sysctl
	--tmpfs --tty -t --ulimit --use-api-socket --user -u --userns --uts --volume -v --volume-driver --volumes-from
	--workdir -w`)

// The table in docs has every option of docker run and every one of ours in one row, in the section where it belongs.
func TestTheTableOfDockersOptionsIsTrue(t *testing.T) {
	own := optionsOf(t, &ctr.Run{})
	text, err := os.ReadFile("../../docs/docker-run.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // the sections, by the options that are in them
	advice := map[string]string{}
	section := ""
	for line := range strings.Lines(string(text)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.TrimSpace(title)
		}
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if !strings.HasPrefix(line, "| `-") {
			continue
		}
		for _, m := range regexp.MustCompile("`(-[^`]+)`").FindAllStringSubmatch(cells[0], -1) {
			if rows[m[1]] != "" {
				t.Errorf("%s is in two rows", m[1])
			}
			rows[m[1]], advice[m[1]] = section, cells[len(cells)-1]
		}
	}
	for _, option := range slices.Concat(dockers, own) {
		if rows[option] == "" {
			t.Errorf("%s is in no row", option)
		}
	}
	for option, section := range rows {
		here, docker := slices.Contains(own, option), slices.Contains(dockers, option)
		remedy := (&ctr.Run{}).Advice(option)
		ok := map[string]bool{
			"The same": here && docker && remedy == "", "The same, but": here && docker && remedy == "",
			"Its own": here && (!docker || option == "--help"), "Not yet": !here && docker, "Not here": !here && docker && remedy == advice[option],
		}[section]
		if !ok {
			t.Errorf("%s is not %q: here %t, docker's %t, advice %q", option, section, here, docker, remedy)
		}
	}
}

// optionsOf are the options of a tool, with their short forms.
func optionsOf(t *testing.T, step any) (list []string) {
	parser, err := kong.New(&struct {
		kong.Plugins
		*options
	}{kong.Plugins{step}, &options{}}, kong.NamedMapper("optional", optional{}), kong.KindMapper(reflect.String, kong.MapperFunc(word)))
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range parser.Model.Flags {
		list = append(list, "--"+flag.Name)
		if flag.Short != 0 {
			list = append(list, "-"+string(flag.Short))
		}
	}
	return list
}
