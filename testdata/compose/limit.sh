#!/bin/sh
# Limits as links of a pipe: a process that holds namespaces is limited from outside, before anything runs in it.
set -eu

# The state of the container goes from tool to tool, each of which does its part and passes it on.
ns-unshare --hold=box.pid --hold-for $$ --all --hostname box |
	cg-limit --name "$1" --pids 20 --memory 32M >box.state

# Whoever goes in with --join-cgroup is in the limited groups too.
inside() { ns-enter --target box.pid --join-cgroup --all -- "$@"; }
echo "the box says:   $(inside hostname)"
children='for i in $(seq $1); do sleep 0.1 & done; wait'
echo "3 at once:      $(inside sh -c "$children" sh 3 2>&1 && echo they run)"
echo "30 at once:     $(inside sh -c "$children" sh 30 2>&1 && echo they run)"
echo "60 MiB:         $(inside dd if=/dev/zero of=/dev/null bs=60M count=1 2>&1 || echo $?)"

# The holder ends, and with it the group is empty.
cg-limit --kill "$1"
cg-limit --remove "$1"
rm box.pid box.state
