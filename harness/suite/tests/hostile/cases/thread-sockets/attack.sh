# Fills sockets that no one reads, in a process whose first thread has ended.
# expect: failed: memory limit
# The cross leg has no compiler for the machine it runs on.
[ "$CROSSPROOF_BUILD" = "$CROSSPROOF_HOST" ] || exit 0
cat > attack.c <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static char bytes[1 << 20];
static void *hold(void *none) {
  for (int n = 0; n < 1900; n++) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair)) break;
    while (write(pair[0], bytes, 65536) > 0);
  }
  sleep(30);
  return none;
}
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, hold, 0);
  pthread_exit(0);
}
C
${CC:-aarch64-linux-gnu-gcc} -pthread -o attack attack.c
./attack
