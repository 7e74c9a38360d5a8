# Docker's daemon beside us: what reaches whom, before and after the remedy that we tell.
# It is not installed: $DOCKER is where its packages were unpacked. The caller has given us mounts and a network of our own.
set -u
for place in /run /var/lib /mnt; do mount -t tmpfs tmpfs $place; done
mkdir /mnt/bin
for name in iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore; do
	ln -s "$DOCKER/usr/sbin/xtables-nft-multi" /mnt/bin/$name
done
libraries=$(echo "$DOCKER"/usr/lib/*-linux-gnu)
export PATH="$PATH:/mnt/bin:$DOCKER/usr/sbin:$DOCKER/usr/bin" LD_LIBRARY_PATH="$libraries" XTABLES_LIBDIR="$libraries/xtables"
export DOCKER_HOST=unix:///mnt/docker.sock HOME=/mnt
cd /mnt

# Docker throws away what others forward where it has made the machine a router itself.
echo 0 >/proc/sys/net/ipv4/ip_forward
dockerd --host $DOCKER_HOST --data-root /mnt/docker --exec-root /mnt/exec --pidfile /mnt/docker.pid --storage-driver vfs >log 2>&1 &
daemon=$!
for try in $(seq 300); do
	docker version >/dev/null 2>&1 && break
	sleep 0.2
done

mkdir -p root/bin root/www
cp "$(command -v busybox)" root/bin/busybox
for applet in sh httpd wget; do ln -s busybox root/bin/$applet; done
echo theirs >root/www/name
tar -C root -c . | docker import - box >/dev/null
docker run --detach --name web --publish 8080:80 box /bin/httpd -f -p 80 -h /www >/dev/null

ip netns add out
ip link add out0 type veth peer name wan netns out
ip address add 192.0.2.1/24 dev out0
ip link set out0 up
ip -n out address add 192.0.2.2/24 dev wan
ip -n out link set wan up
ip -n out route add default via 192.0.2.1

ctr-run -p 8081:80 --rootfs root -- /bin/sh -c 'echo ours >/www/name; exec httpd -f -p 80 -h /www' 2>told &
ours=$!

# get URL, with some patience for those who are still on their way.
get() { timeout 3 busybox wget -q -O - "$1" || echo nothing; }
far() { timeout 3 ip netns exec out busybox wget -q -O - "$1" || echo nothing; }
for url in 127.0.0.1:8080 127.0.0.1:8081; do
	for try in $(seq 50); do
		[ "$(get $url/name)" = nothing ] || break
		sleep 0.2
	done
done

echo "the machine: $(get 192.0.2.1:8080/name), $(get 127.0.0.1:8081/name)"
echo "from outside: $(far 192.0.2.1:8080/name), $(far 192.0.2.1:8081/name)"
cat told
sed -n 's/.* no rule of ours can undo that: //p' told >remedy
sh -eu remedy && echo 'the remedy is typed'
echo "from outside: $(far 192.0.2.1:8080/name), $(far 192.0.2.1:8081/name)"
echo "from ours: $(ctr-run --rootfs root -- /bin/wget -q -O - 192.0.2.1:8080/name)"
echo "from theirs: $(docker run --rm box /bin/wget -q -O - 192.0.2.1:8081/name)"

kill $ours
kill -KILL $ours
wait $ours
nft list tables | grep -c ctr-nat
echo "when ours has ended: $(far 192.0.2.1:8080/name)"

docker rm --force web >/dev/null
kill $daemon
wait $daemon
# Its groups are empty by now, and it leaves them.
rmdir /sys/fs/cgroup/docker /sys/fs/cgroup/*/docker 2>/dev/null
ip netns delete out
ip link delete docker0
for table in nat filter; do nft delete table ip $table; done
