# A compiler, and what it has made: threads, processes, shared memory, a library of its own, and a program that crashes.
mkdir work
cat >work/sum.c <<'END'
int sum(int n) { int s = 0; for (int i = 0; i < n; i++) s++; return s; }
END
cat >work/program.c <<'END'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int sum(int n);
static _Atomic int *total;
static void *count(void *none) { *total += sum(1000000); return none; }
static void counts(void) {
	pthread_t threads[4];
	for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, count, NULL);
	for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}
int main(int argc, char **argv) {
	total = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (argc > 1) raise(SIGSEGV);
	if (fork() == 0) return counts(), 0;
	counts();
	wait(NULL);
	return printf("%d\n", *total) < 0;
}
END
ctr-run --rootfs "$ROOT" -v work:/work -w /work -- sh -euc '
	gcc -Wall -Werror -O2 -shared -fPIC -o libsum.so sum.c
	gcc -Wall -Werror -O2 -pthread -o program program.c -L. -lsum -Wl,-rpath,/work
	gcc -Wall -Werror -O2 -pthread -static -o alone program.c sum.c
	echo "a program of 2 processes and 8 threads: $(./program)"
	echo "static: $(./alone)"
	./program crash 2>&1 || :
'
