# Python's own tests of what programs ask the kernel for. None fails. Of those that find out by themselves that they cannot be
# run, python.txt has the ones with which --privileged makes a difference.
few='test_os test_socket test_subprocess test_multiprocessing_fork'
# A directory of layers that lie on several file systems gives other numbers to its directories than stat(2) does: overlayfs
# has spare bits for that only if it is told (xino). The one test that looks at it is run where there are no layers.
numbers=test.test_os.TestScandir.test_attributes
ctr-run --rootfs "$ROOT" --size 1G -- python3 -m test -v -w -j2 -i $numbers $few test_multiprocessing_forkserver test_multiprocessing_spawn >log 2>&1 ||
	{ grep -E '^(FAIL|ERROR):|^Result' log; exit 1; }
grep '^Result' log
ctr-run --rootfs "$ROOT" --tmpfs /tmp -- python3 -m test -v -m $numbers test_os >log.numbers 2>&1 || cat log.numbers
grep -E '^test_|^Result' log.numbers
ctr-run --rootfs "$ROOT" --size 1G --privileged -- python3 -m test -v -j2 $few >privileged 2>&1 || :
for log in log privileged; do
	grep -E '\.\.\. skipped' $log | grep -o -E '\(test\.(test_os|test_socket|test_subprocess|_test_multiprocessing|test_multiprocessing_fork)\.[^ ]*\)' | sort -u >$log.skipped
done
comm -3 log.skipped privileged.skipped | tr -d '()\t' | while read -r test; do
	cut -f 1 "$EXPECTED" | grep -q -x -F "$test" || echo "$test is skipped in one of both, and python.txt does not say why"
done
