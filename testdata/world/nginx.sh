# Nginx: its master is root, its workers are not, and port 80 is the container's own.
ctr-run --rootfs "$ROOT" --ip 10.88.0.22 -p 8080:80 -- nginx -g 'daemon off;' &
await 10.88.0.22:80/
busybox wget -q -O - 127.0.0.1:8080 | grep -o 'Welcome to nginx' | sort -u
ctr-run --rootfs "$ROOT" --add-host example.com:10.88.0.22 -- python3 - <<'END'
import urllib.request
with urllib.request.urlopen('http://example.com/') as answer:
    print(answer.status, answer.headers['Server'].split('/')[0])
END

# Fifty who ask at once, from the machine by the published port, for three seconds; the program is of the root, and no more than that.
chroot "$ROOT" wrk --threads 2 --connections 50 --duration 3s http://127.0.0.1:8080/ >log
awk '/requests in/ { print ($1 > 1000 ? "thousands of answers" : $0) } /Socket errors|Non-2xx/' log
ps -e -o user=,args= | grep -o '^[a-z-]* *nginx: [a-z]* process' | tr -s ' ' | sort -u
kill $!
wait $! || :
