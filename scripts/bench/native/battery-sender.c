/*
 * Sends battery datagrams to a port of this machine, evenly, and says as JSON how many and how long.
 *
 *   battery-sender port=10015 rate=100000 count=200000 [records=1] [apid=1] [numbers=0] [first=1]
 *                  [time=<us since 1970>] [step=<us>] [lines=<measurement>]
 *
 * rate 0: as fast as it can. numbers n: sequence numbers begin again after so many. step: of the
 * generation times; without one they follow the rate. SIGTERM ends it early, with its closing packets.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "payloads.h"

#define TOGETHER_MAX 64
#define PAUSE_NS 100000
/* Further behind, it does not hurry: that would be another rate. */
#define BEHIND_SECONDS_MAX 0.005
#define CLOSING_PACKETS 3
#define FAULTS_MAX 1000

struct order {
  unsigned port;
  double rate;
  uint64_t count, first, numbers, time_us;
  double step_us;
  struct payload_plan payload;
};

static volatile sig_atomic_t is_over = 0;
static uint8_t bytes[TOGETHER_MAX][PAYLOAD_BYTES_MAX];
static struct iovec parts[TOGETHER_MAX];
static struct mmsghdr messages[TOGETHER_MAX];

static void on_end(int number) {
  (void)number;
  is_over = 1;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint64_t wall_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000u;
}

static void fail(const char *reason) {
  fprintf(stderr, "%s\n", reason);
  exit(2);
}

static const char *value_of(int argc, char **argv, const char *name) {
  size_t size = strlen(name);
  for (int at = 1; at < argc; at += 1)
    if (strncmp(argv[at], name, size) == 0 && argv[at][size] == '=') return argv[at] + size + 1;
  return NULL;
}

static double number_of(int argc, char **argv, const char *name, double fallback) {
  const char *text = value_of(argc, argv, name);
  if (text == NULL) return fallback;
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end != '\0' || value < 0) fail(name);
  return value;
}

static struct order read_order(int argc, char **argv) {
  struct order order = {
      .port = (unsigned)number_of(argc, argv, "port", 0),
      .rate = number_of(argc, argv, "rate", 0),
      .count = (uint64_t)number_of(argc, argv, "count", 0),
      .first = (uint64_t)number_of(argc, argv, "first", 1),
      .numbers = (uint64_t)number_of(argc, argv, "numbers", 0),
      .time_us = (uint64_t)number_of(argc, argv, "time", (double)wall_us()),
      .payload = {.records = (unsigned)number_of(argc, argv, "records", 1),
                  .apid = (unsigned)number_of(argc, argv, "apid", 1),
                  .measurement = value_of(argc, argv, "lines")},
  };
  double by_rate = order.rate > 0 ? 1e6 / order.rate : 1;
  order.step_us = number_of(argc, argv, "step", by_rate);
  if (order.port < 1 || order.port > 65535) fail("port must be 1 to 65535");
  if (order.payload.records < 1 || order.payload.records > RECORDS_MAX)
    fail("records must be 1 to 32");
  return order;
}

static int open_socket(unsigned port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (out < 0 || connect(out, (struct sockaddr *)&to, sizeof to) < 0) fail(strerror(errno));
  return out;
}

/* All of them. A port that nobody listens at tells so at the next call: the datagram is gone. */
static void send_all(int out, unsigned count) {
  unsigned faults = 0;
  for (unsigned at = 0; at < count;) {
    int sent = sendmmsg(out, messages + at, count - at, 0);
    if (sent > 0) at += (unsigned)sent;
    else if (errno != EINTR && ++faults > FAULTS_MAX) fail(strerror(errno));
  }
}

static uint32_t sequence_of(const struct order *order, uint64_t index) {
  return (uint32_t)(order->first + (order->numbers > 0 ? index % order->numbers : index));
}

static uint64_t time_of(const struct order *order, uint64_t index) {
  return order->time_us + (uint64_t)((double)index * order->step_us);
}

static void send_some(int out, const struct order *order, uint64_t from, unsigned count) {
  for (unsigned at = 0; at < count; at += 1)
    parts[at].iov_len = write_payload(bytes[at], from + at, sequence_of(order, from + at),
                                      time_of(order, from + at));
  send_all(out, count);
}

static uint64_t send_evenly(int out, const struct order *order) {
  double started = now();
  uint64_t sent = 0;
  while (sent < order->count && !is_over) {
    uint64_t due = order->count;
    if (order->rate > 0) {
      double behind = (now() - started) - (double)sent / order->rate;
      if (behind > BEHIND_SECONDS_MAX) started += behind - BEHIND_SECONDS_MAX;
      due = (uint64_t)((now() - started) * order->rate);
    }
    if (due <= sent) {
      nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
      continue;
    }
    if (due > order->count) due = order->count;
    unsigned count = due - sent > TOGETHER_MAX ? TOGETHER_MAX : (unsigned)(due - sent);
    send_some(out, order, sent, count);
    sent += count;
  }
  return sent;
}

static void send_closing(int out, const struct order *order, uint64_t sent) {
  uint64_t different = order->numbers > 0 && sent > order->numbers ? order->numbers : sent;
  for (unsigned at = 0; at < CLOSING_PACKETS; at += 1)
    parts[at].iov_len =
        write_closing(bytes[at], (uint32_t)(order->first + different - 1), time_of(order, sent));
  send_all(out, CLOSING_PACKETS);
}

int main(int argc, char **argv) {
  struct order order = read_order(argc, argv);
  signal(SIGTERM, on_end);
  prepare_payloads(&order.payload);
  for (unsigned at = 0; at < TOGETHER_MAX; at += 1) {
    parts[at].iov_base = bytes[at];
    messages[at].msg_hdr.msg_iov = &parts[at];
    messages[at].msg_hdr.msg_iovlen = 1;
  }
  int out = open_socket(order.port);
  double started = now();
  uint64_t sent = send_evenly(out, &order);
  double seconds = now() - started;
  if (order.payload.measurement == NULL) send_closing(out, &order, sent);
  close(out);
  printf("{\"sent\":%llu,\"seconds\":%.6f}\n", (unsigned long long)sent, seconds);
  return 0;
}
