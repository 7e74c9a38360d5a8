#!/bin/sh
# whole.sh PROG...: the container of chain.sh and pipe.sh, by the tool that composes them.
exec ctr-run -m 64M --pids-limit 60 --ip 10.88.0.2 --dns 192.0.2.53 --init --rootfs rootfs -v data:/data:ro -- "$@"
