#!/bin/sh
# A first container: what it sees, what it cannot see, and what it cannot break.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
	echo 'first: error: make a container: only root may, without further options' >&2
	echo 'first: hint: sudo env "PATH=$PATH" make run' >&2
	exit 125
fi

# A file of the machine, for the container to remove.
file=$(mktemp /var/tmp/precious.XXXXXX)
trap 'rm -f "$file"' EXIT
echo 'still here' >"$file"

echo "outside: host name $(cat /proc/sys/kernel/hostname), pid $$, $(wc -l </proc/self/mounts) mounts"

# The container's root is the machine's own, united with an empty layer that takes all changes.
bin/ctr-run --network none --hostname first -- sh -c '
	echo "inside:  host name $(cat /proc/sys/kernel/hostname), pid $$, $(wc -l </proc/self/mounts) mounts:"
	while read -r what where type options; do
		echo "         $where ($type)"
	done </proc/self/mounts
	rm "$1"
	[ -e "$1" ] || echo "inside:  $1 is gone"
' sh "$file"

echo "outside: $file is $(cat "$file")"
