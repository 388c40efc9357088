/*
 * Only calls recvmmsg and counts: no receiver on this machine can be faster. Says its port when it
 * is ready, and as JSON what it counted once nothing has come for a while.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#define RECEIVE_BUFFER_BYTES (8 * 1024 * 1024)
#define TOGETHER_MAX 256
#define DATAGRAM_BYTES_MAX 2048
#define QUIET_US 300000
/* In QUIET_US: nobody has sent anything for 30 s. */
#define WAITS_MAX 100

static char bytes[TOGETHER_MAX][DATAGRAM_BYTES_MAX];

static void fail(void) {
  perror("datagram-counter");
  exit(2);
}

static int open_socket(void) {
  int in = socket(AF_INET, SOCK_DGRAM, 0);
  int size = RECEIVE_BUFFER_BYTES;
  struct timeval quiet = {.tv_usec = QUIET_US};
  struct sockaddr_in own = {.sin_family = AF_INET};
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof own;
  if (in < 0 || setsockopt(in, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) < 0 ||
      setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof quiet) < 0 ||
      bind(in, (struct sockaddr *)&own, sizeof own) < 0 ||
      getsockname(in, (struct sockaddr *)&own, &length) < 0)
    fail();
  printf("%u\n", ntohs(own.sin_port));
  fflush(stdout);
  return in;
}

static double cpu_seconds(void) {
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
         (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

int main(void) {
  static struct iovec parts[TOGETHER_MAX];
  static struct mmsghdr messages[TOGETHER_MAX];
  for (unsigned at = 0; at < TOGETHER_MAX; at += 1) {
    parts[at] = (struct iovec){.iov_base = bytes[at], .iov_len = DATAGRAM_BYTES_MAX};
    messages[at].msg_hdr.msg_iov = &parts[at];
    messages[at].msg_hdr.msg_iovlen = 1;
  }
  int in = open_socket();
  unsigned long long received = 0;
  double cpu_before = cpu_seconds();
  for (unsigned waits = 0; waits < WAITS_MAX;) {
    int count = recvmmsg(in, messages, TOGETHER_MAX, MSG_WAITFORONE, NULL);
    if (count > 0) received += (unsigned)count;
    else if (errno == EINTR) continue;
    else if (errno != EAGAIN && errno != EWOULDBLOCK) fail();
    else if (received > 0) break;
    else waits += 1;
  }
  printf("{\"received\":%llu,\"cpuSeconds\":%.6f}\n", received, cpu_seconds() - cpu_before);
  return 0;
}
