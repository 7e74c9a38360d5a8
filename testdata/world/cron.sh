# Cron without a manager of services: jobs of a user's own table and of the system's, at its start and at the next full minute.
# It has no handler for TERM, so as process 1 it would be deaf to it: there is an init before it.
mkdir data tables
chmod 1777 data
cat >tables/minute <<'END'
* * * * * root echo "$(id -un): once a minute, in $(pwd)" >/data/new && mv /data/new /data/minute
END
ctr-run --init --rootfs "$ROOT" -v data:/data -v tables:/etc/cron.d:ro -- sh -euc '
	echo "@reboot echo \"\$(id -un): at the start, in \$(pwd)\" >/data/start" | crontab -u www-data -
	exec cron -f
' &
until [ -s data/start ] && [ -s data/minute ]; do
	kill -0 $!
	sleep 0.1
done
cat data/start data/minute
kill $!
wait $! || echo "status $?"
