# Apt fetches packages from another container, as a user of its own, and installs them: groups, marks on files and all. Then
# it does the same with one that is a file.
mkdir box
cp "$SERVER" box/server
ctr-run --rootfs box --ip 10.88.0.20 -v "$ROOT/srv:/srv:ro" -- /server /srv &
await 10.88.0.20:8000/debs/Packages
ctr-run --rootfs "$ROOT" --add-host example.com:10.88.0.20 -- sh -euc '
	rm -rf /etc/apt/sources.list.d
	echo "deb [trusted=yes] http://example.com:8000/debs ./" >/etc/apt/sources.list
	apt-get update 2>&1
	apt-get install --yes --no-install-recommends iputils-ping openssh-client 2>&1
	apt-get install --yes --reinstall /srv/debs/iputils-ping_*.deb 2>&1
	ping -c 1 example.com
	ssh-keygen -q -N "" -f /root/key
	ls -l /root /usr/bin
' >log || { cat log; exit 1; }
if grep -i -E '^(E|W):|warning|error|cannot|failed' log; then exit 1; fi
grep -o -E '^Setting up (iputils-ping|openssh-client)|1 received|-rwxr-sr-x .* root _ssh|key.pub' log
kill $!
wait $! || :
