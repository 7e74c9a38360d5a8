#!/bin/sh
# A network as links of a pipe: containers are held, plugged into a bridge from outside, and then used; and a container of
# runc comes to the same bridge by a hook.
set -eu

# hold NAME: a process that does nothing holds new namespaces. Its state goes to whoever comes next in the pipe.
hold() { ns-unshare --hold="$1.pid" --hold-for $$ --all --hostname "$1"; }
# inside NAME PROG...: become a program in there.
inside() { box=$1 && shift && ns-enter --target "$box.pid" --all -- "$@"; }

# The bridge is made by the first, and the addresses are given out in turn.
hold server | veth-link --bridge lab0 --subnet 10.77.0.0/24 >server.state
hold client | veth-link --bridge lab0 >client.state

# Limits and other links of the pipe would have been told of the same container.
echo "the state is passed on:  $(grep -c '"status":"created"' server.state)"

# A server in one, a client in the other. Neither has any way to the machine's own network but over the bridge.
mkdir www && echo 'hello from the server' >www/index.html
inside server busybox httpd -f -p 80 -h "$PWD/www" &
until page=$(inside client busybox wget -q -O - 10.77.0.2/ 2>&1); do sleep 0.1; done
echo "the client reads:        $page"
echo "the machine reads:       $(busybox wget -q -O - 10.77.0.2/)"

# A container of runc: its configuration has veth-link for a hook, which hears of it on standard input too.
mkdir -p bundle/rootfs/bin bundle/rootfs/proc
cp "$(command -v busybox)" bundle/rootfs/bin/wget
(
	cd bundle
	runc spec
	hook="{\"path\": \"$(command -v veth-link)\", \"args\": [\"veth-link\", \"--bridge\", \"lab0\"]}"
	sed -i -e "s|^{|{ \"hooks\": {\"createRuntime\": [$hook]},|" -e 's/"terminal": true/"terminal": false/' \
		-e 's,^\(\t*\)"sh"$,\1"wget"\, "-q"\, "-O"\, "-"\, "10.77.0.2/",' config.json
)
echo "runc's container reads:  $(runc --root "$PWD/state" run --bundle bundle box)"

# The holders end, and with the namespaces the cables. The bridge stays until somebody deletes it.
kill $(cat server.pid client.pid)
wait $! || true
while ip -brief link show type veth | grep -q .; do sleep 0.1; done
ip link delete lab0
rm -r www bundle state server.pid client.pid server.state client.state
