# A database of a user's own: made, served, asked from another container and from the machine, stopped as it wants to be, and
# found again.
mkdir data
chown "$(awk -F : '$1 == "postgres" { print $3 ":" $4 }' "$ROOT/etc/passwd")" data
in=$(echo "$ROOT"/usr/lib/postgresql/*/bin | sed "s|$ROOT||")
ctr-run --rootfs "$ROOT" -v data:/data -u postgres -- "$in/initdb" --auth trust -D /data >log 2>&1 || { cat log; exit 1; }
echo 'host all all 10.88.0.0/16 trust' >>data/pg_hba.conf

ask() { ctr-run --rootfs "$ROOT" -u postgres -- psql --no-psqlrc --tuples-only --no-align -h $address -c "$1"; }
serve() {
	address=$1
	ctr-run --rootfs "$ROOT" -v data:/data -u postgres --ip $address -p 5433:5432 --tmpfs /run/postgresql:mode=1777 -- "$in/postgres" -D /data -c listen_addresses=* 2>log &
	server=$!
	for try in $(seq 100); do
		kill -0 $server
		! ask 'select' >/dev/null 2>&1 || break
		sleep 0.2
	done
}
serve 10.88.0.23
ask 'create table squares as select n, n::bigint * n as square from generate_series(1, 100000) n'
ask 'create index on squares (square)'
ask 'set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; set min_parallel_table_scan_size = 0; select sum(square) from squares'
ask 'select current_user, inet_client_addr() <> inet_server_addr()'

# The machine has a client of its own: of the root only the program is used, and it comes by the port that is published.
bench() { chroot "$ROOT" pgbench --host 127.0.0.1 --port 5433 --username postgres "$@" postgres; }
bench --initialize --quiet >log.bench 2>&1 || { cat log.bench; exit 1; }
bench --client 4 --jobs 2 --transactions 250 2>&1 | grep -o -E '^number of (transactions actually|failed).*: [0-9/]+'
kill $server
wait $server

# Another container, on what is left: the volume.
serve 10.88.0.24
ask 'select count(*), count(distinct bid) from pgbench_history'
ask 'select n from squares where square = 1764'
kill $server
wait $server
tail -n 1 log | grep -o 'database system is shut down'
