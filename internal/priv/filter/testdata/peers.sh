# What others let a program do that is given nothing and asks for nothing, and what we do: printed by `filters`, after a name each.
# Docker and podman are not installed: $DOCKER and $PODMAN are where their packages were unpacked.
set -eu
for place in /run /var/lib /mnt; do mount -t tmpfs tmpfs $place; done
cd /mnt
mkdir -p root/bin bin
cp "$(command -v busybox)" root/bin/busybox
ln -s busybox root/bin/sleep

# seen NAME PID VERSION: once the program runs, and no longer what starts it.
seen() {
	for try in $(seq 300); do
		[ "$(cat "/proc/$2/comm")" != sleep ] || break
		sleep 0.1
	done
	printf 'Name:\t%s\nVersion:\t%s\n' "$1" "$3"
	filters "$2"
}

priv-drop -- sleep 1000 >/dev/null &
seen priv-drop $! ours
kill $!
ctr-run --network none --rootfs root -- /bin/sleep 1000 >/dev/null &
for try in $(seq 100); do
	pid=$(cat "/proc/$!/task/$!/children")
	[ -z "$pid" ] || break
	sleep 0.1
done
seen ctr-run ${pid% } ours
kill -KILL ${pid% }

mkdir runc
(cd runc && runc spec && sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "1000"/; s/"rootfs"/"..\/root"/' config.json)
runc run --bundle runc --detach --pid-file runc.pid it </dev/null >/dev/null 2>&1
seen runc "$(cat runc.pid)" "$(runc --version | sed -n 's/runc version //p')"
runc delete --force it

cat >containers.conf <<END
[engine]
cgroup_manager = "cgroupfs"
conmon_path = ["$PODMAN/usr/bin/conmon"]
events_logger = "none"
runtime = "runc"
END
podman() { CONTAINERS_CONF=/mnt/containers.conf "$PODMAN/usr/bin/podman" --root /mnt/podman --runroot /run/podman --tmpdir /run/libpod --storage-driver vfs "$@"; }
podman run --quiet --detach --name it --network none --rootfs /mnt/root /bin/sleep 1000 >/dev/null
seen podman "$(podman inspect --format '{{.State.Pid}}' it)" "$(podman version --format '{{.Version}}')"
podman rm --force --time 0 it >/dev/null

for name in iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore; do
	ln -s "$DOCKER/usr/sbin/xtables-nft-multi" bin/$name
done
libraries=$(echo "$DOCKER"/usr/lib/*-linux-gnu)
export PATH="/mnt/bin:$DOCKER/usr/sbin:$DOCKER/usr/bin:$PATH" LD_LIBRARY_PATH="$libraries" XTABLES_LIBDIR="$libraries/xtables"
export DOCKER_HOST=unix:///mnt/docker.sock HOME=/mnt
dockerd --host $DOCKER_HOST --data-root /mnt/docker --exec-root /mnt/exec --pidfile /mnt/docker.pid --storage-driver vfs --bridge none --iptables=false >log 2>&1 &
daemon=$!
for try in $(seq 300); do
	! docker version >/dev/null 2>&1 || break
	sleep 0.2
done
tar -C root -c . | docker import - box >/dev/null
docker run --detach --name it --network none box /bin/sleep 1000 >/dev/null
seen docker "$(docker inspect --format '{{.State.Pid}}' it)" "$(docker version --format '{{.Server.Version}}')"
docker rm --force it >/dev/null
kill $daemon
wait $daemon || :
# Their groups are empty by now, or soon, and they leave them.
for try in $(seq 50); do
	groups=$(find /sys/fs/cgroup -depth -type d \( -path '*/libpod_parent*' -o -path '/sys/fs/cgroup/docker' -o -path '/sys/fs/cgroup/*/docker' \))
	[ -n "$groups" ] || break
	rmdir $groups 2>/dev/null || sleep 0.1
done
