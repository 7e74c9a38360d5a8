# A server in Go, in a root with nothing else in it: for the machine, and for another container, whose threads ask at once.
mkdir -p box/www
cp "$SERVER" box/server
seq 100000 >box/www/numbers
ctr-run --rootfs box --ip 10.88.0.21 -p 8080:8000 -- /server /www &
await 10.88.0.21:8000/numbers
busybox wget -q -O - 127.0.0.1:8080/numbers | cmp - box/www/numbers
ctr-run --rootfs "$ROOT" --add-host example.com:10.88.0.21 -- python3 - <<'END'
import concurrent.futures, urllib.request
def numbers(_):
    with urllib.request.urlopen('http://example.com:8000/numbers') as answer:
        return len(answer.read().split())
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print('numbers read:', sum(pool.map(numbers, range(200))))
END
kill $!
wait $! || :
