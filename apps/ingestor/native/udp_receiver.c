/*
 * A UDP socket that a thread of its own reads with recvmmsg, as a Node-API addon.
 *
 * The thread fills slabs out of a fixed pool that JavaScript has given and owns. It wakes JavaScript at
 * most once per PAUSE_NS; JavaScript takes the oldest filled slab, and releases it once it is read.
 * Without a free slab the thread does not read: the kernel then drops, and counts what it drops.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <node_api.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  SLAB_DATAGRAMS = 1024,
  SLAB_BYTES = 128 * 1024,
  KEPT_BYTES_MAX = 2048, /* DATAGRAM_BYTES_MAX of the batch */
  SOURCES_MAX = 128,     /* distinct addresses in one slab */
  NAME_BYTES = 64,
  SLABS_MAX = 4096,
  PER_CALL_MAX = 64, /* datagrams that one recvmmsg takes */
  PER_CALL_MIN = 16, /* a slab that has room for fewer is handed on */
};
#define PAUSE_NS 1000000L

/* Columns, as the batch has them; JavaScript looks at them through views. */
struct slab {
  double received_at_ms;
  uint32_t count;
  uint32_t sources;
  uint32_t starts[SLAB_DATAGRAMS];
  uint32_t lengths[SLAB_DATAGRAMS];
  uint16_t ports[SLAB_DATAGRAMS];
  uint16_t source_of[SLAB_DATAGRAMS];
  char names[SOURCES_MAX][NAME_BYTES];
  uint8_t bytes[SLAB_BYTES];
};

/* IPv4 in the first word; IPv6 in all four, with its scope. */
struct source {
  uint32_t words[4];
  uint32_t scope;
};

struct receiver {
  pthread_t thread;
  pthread_mutex_t lock; /* guards what follows, down to the fault */
  uint32_t free_slabs[SLABS_MAX];
  uint32_t free_count;
  uint32_t full_slabs[SLABS_MAX]; /* a ring */
  uint32_t full_first;
  uint32_t full_count;
  int32_t open_slab; /* being filled; -1: none */
  uint32_t open_used;
  struct source open_sources[SOURCES_MAX];
  uint32_t waiting; /* received and not yet released */
  uint64_t received;
  uint64_t received_bytes;
  bool is_starved;
  bool is_stopping;
  int fault;

  napi_ref memory; /* keeps the slabs */
  struct slab *slabs[SLABS_MAX];
  uint32_t slab_count;
  uint32_t batch_max;
  uint32_t waiting_max;
  int socket;
  int wake_event;
  int family;
  atomic_bool is_wake_pending;
  napi_threadsafe_function wake;
  bool is_closed;
  int owners; /* the handle and the wake function: whoever goes last frees */

  struct mmsghdr messages[PER_CALL_MAX];
  struct iovec vectors[PER_CALL_MAX];
  struct sockaddr_storage senders[PER_CALL_MAX];
  uint8_t scratch[PER_CALL_MAX][KEPT_BYTES_MAX];
};

/* ---- the pool: every function here is called with the lock held ------------------------------- */

static struct slab *open_slab(struct receiver *r) { return r->slabs[r->open_slab]; }

static void open_next(struct receiver *r) {
  r->open_slab = r->free_count > 0 ? (int32_t)r->free_slabs[--r->free_count] : -1;
  r->open_used = 0;
  if (r->open_slab < 0) return;
  open_slab(r)->count = 0;
  open_slab(r)->sources = 0;
}

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t room_in_open(struct receiver *r) {
  const struct slab *slab = open_slab(r);
  uint32_t by_bytes = (SLAB_BYTES - r->open_used) / KEPT_BYTES_MAX;
  uint32_t by_sources = SOURCES_MAX - slab->sources;
  uint32_t room = smaller(by_bytes, by_sources);
  if (room < PER_CALL_MIN) return 0;
  return smaller(room, r->batch_max - slab->count);
}

/* How many datagrams the next call may take; 0: none, and whoever releases a slab must say so. */
static uint32_t room_for_call(struct receiver *r) {
  if (r->open_slab < 0) open_next(r);
  else if (room_in_open(r) == 0) {
    r->full_slabs[(r->full_first + r->full_count++) % r->slab_count] = (uint32_t)r->open_slab;
    open_next(r);
  }
  uint32_t room = r->open_slab < 0 ? 0 : room_in_open(r);
  room = smaller(smaller(room, PER_CALL_MAX), r->waiting_max - r->waiting);
  r->is_starved = room == 0;
  return room;
}

/*
 * The oldest slab with datagrams, or -1. The open one is taken only where another takes its place: so
 * the thread always finds the room that it was promised.
 */
static int32_t take_slab(struct receiver *r) {
  if (r->full_count > 0) {
    int32_t taken = (int32_t)r->full_slabs[r->full_first];
    r->full_first = (r->full_first + 1) % r->slab_count;
    r->full_count -= 1;
    return taken;
  }
  if (r->open_slab < 0 || open_slab(r)->count == 0 || r->free_count == 0) return -1;
  int32_t taken = r->open_slab;
  open_next(r);
  return taken;
}

static struct source source_of(const struct sockaddr_storage *sender, uint16_t *port) {
  struct source source = {{0, 0, 0, 0}, 0};
  if (sender->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)sender;
    source.words[0] = v4->sin_addr.s_addr;
    *port = ntohs(v4->sin_port);
  } else {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sender;
    memcpy(source.words, &v6->sin6_addr, sizeof source.words);
    source.scope = v6->sin6_scope_id;
    *port = ntohs(v6->sin6_port);
  }
  return source;
}

static void write_name(char *name, int family, const struct source *source) {
  if (inet_ntop(family, source->words, name, INET6_ADDRSTRLEN) == NULL) name[0] = 0;
  bool is_link_local =
      family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)source->words);
  if (!is_link_local || source->scope == 0) return;
  char interface[IF_NAMESIZE];
  if (if_indextoname(source->scope, interface) == NULL) return;
  size_t used = strlen(name);
  snprintf(name + used, NAME_BYTES - used, "%%%s", interface);
}

/* A ship sends many in a row: the last address is nearly always the same. */
static uint16_t intern(struct receiver *r, struct slab *slab, const struct source *source) {
  for (uint32_t at = slab->sources; at-- > 0;)
    if (memcmp(&r->open_sources[at], source, sizeof *source) == 0) return (uint16_t)at;
  r->open_sources[slab->sources] = *source;
  write_name(slab->names[slab->sources], r->family, source);
  return (uint16_t)slab->sources++;
}

static void keep(struct receiver *r, int count, double received_at_ms) {
  struct slab *slab = open_slab(r);
  for (int at = 0; at < count; at += 1) {
    uint32_t length = r->messages[at].msg_len;
    uint32_t kept = smaller(length, KEPT_BYTES_MAX);
    uint32_t to = slab->count++;
    struct source source = source_of(&r->senders[at], &slab->ports[to]);
    slab->source_of[to] = intern(r, slab, &source);
    slab->starts[to] = r->open_used;
    slab->lengths[to] = length;
    memcpy(slab->bytes + r->open_used, r->scratch[at], kept);
    r->open_used += kept;
    r->received_bytes += length;
  }
  slab->received_at_ms = received_at_ms;
  r->waiting += (uint32_t)count;
  r->received += (uint64_t)count;
}

/* ---- the thread -------------------------------------------------------------------------------- */

static int64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Until there is a datagram (if asked for), a word from JavaScript, or the time is over (< 0: never). */
static int wait_for(struct receiver *r, bool with_socket, int64_t timeout_ns) {
  struct pollfd looked_at[2] = {{r->wake_event, POLLIN, 0}, {r->socket, POLLIN, 0}};
  struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
  ppoll(looked_at, with_socket ? 2 : 1, timeout_ns < 0 ? NULL : &timeout, NULL);
  if (looked_at[0].revents != 0) {
    uint64_t word;
    if (read(r->wake_event, &word, sizeof word) < 0) return 0; /* Another wait has read it. */
  }
  return (looked_at[1].revents & POLLNVAL) != 0 ? EBADF : 0;
}

static void wake(struct receiver *r) {
  if (!atomic_exchange(&r->is_wake_pending, true))
    napi_call_threadsafe_function(r->wake, NULL, napi_tsfn_nonblocking);
}

/* What has no more use for the socket still waits for the end. */
static void fail(struct receiver *r, int fault) {
  pthread_mutex_lock(&r->lock);
  r->fault = fault;
  /* Somebody closed it: the number may be another file's by now. */
  if (fault == EBADF) r->socket = -1;
  bool is_stopping = r->is_stopping;
  pthread_mutex_unlock(&r->lock);
  wake(r);
  while (!is_stopping) {
    wait_for(r, false, -1);
    pthread_mutex_lock(&r->lock);
    is_stopping = r->is_stopping;
    pthread_mutex_unlock(&r->lock);
  }
}

static int receive(struct receiver *r, uint32_t room) {
  for (uint32_t at = 0; at < room; at += 1)
    r->messages[at].msg_hdr.msg_namelen = sizeof r->senders[at];
  /* MSG_TRUNC: the length is the one that was sent. */
  int count = recvmmsg(r->socket, r->messages, room, MSG_DONTWAIT | MSG_TRUNC, NULL);
  if (count >= 0) return count;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -errno;
}

static void *run(void *argument) {
  struct receiver *r = argument;
  uint32_t untold = 0;
  int64_t told_at = 0;
  for (;;) {
    pthread_mutex_lock(&r->lock);
    bool is_stopping = r->is_stopping;
    uint32_t room = room_for_call(r);
    pthread_mutex_unlock(&r->lock);
    if (is_stopping) return NULL;

    int count = room > 0 ? receive(r, room) : 0;
    if (count < 0) {
      fail(r, -count);
      return NULL;
    }
    if (count > 0) {
      double received_at_ms = (double)now_ns(CLOCK_REALTIME) / 1e6;
      pthread_mutex_lock(&r->lock);
      keep(r, count, received_at_ms);
      pthread_mutex_unlock(&r->lock);
      untold += (uint32_t)count;
    }

    int fault = 0;
    int64_t now = now_ns(CLOCK_MONOTONIC);
    if (untold > 0 && (room == 0 || untold >= r->batch_max || now - told_at >= PAUSE_NS)) {
      wake(r);
      untold = 0;
      told_at = now;
    } else if (untold > 0 && (uint32_t)count < room) {
      /* All is read: what comes meanwhile is read in one call, and told with one word. */
      fault = wait_for(r, false, told_at + PAUSE_NS - now);
    } else if (count == 0) {
      fault = wait_for(r, room > 0, -1);
    }
    if (fault != 0) {
      fail(r, fault);
      return NULL;
    }
  }
}

/* ---- open and close ---------------------------------------------------------------------------- */

static int address_of(struct sockaddr_storage *address, socklen_t *length, int family,
                      const char *host, uint16_t port) {
  memset(address, 0, sizeof *address);
  if (family == AF_INET) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    *length = sizeof *v4;
    return inet_pton(AF_INET, host, &v4->sin_addr) == 1 ? 0 : -EINVAL;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
  char plain[INET6_ADDRSTRLEN];
  const char *scope = strchr(host, '%');
  size_t length_of_host = scope != NULL ? (size_t)(scope - host) : strlen(host);
  if (length_of_host >= sizeof plain) return -EINVAL;
  memcpy(plain, host, length_of_host);
  plain[length_of_host] = 0;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  v6->sin6_scope_id = scope != NULL ? if_nametoindex(scope + 1) : 0;
  *length = sizeof *v6;
  return inet_pton(AF_INET6, plain, &v6->sin6_addr) == 1 ? 0 : -EINVAL;
}

/* 0, or -errno with nothing left open. */
static int bind_socket(struct receiver *r, const char *host, uint16_t port, int buffer_bytes) {
  struct sockaddr_storage address;
  socklen_t length = 0;
  int fault = address_of(&address, &length, r->family, host, port);
  if (fault != 0) return fault;
  r->socket = socket(r->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (r->socket < 0) return -errno;
  /* Past net.core.rmem_max where this process may. */
  if (setsockopt(r->socket, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof buffer_bytes) != 0)
    setsockopt(r->socket, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  r->wake_event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (r->wake_event >= 0 && bind(r->socket, (struct sockaddr *)&address, length) == 0) return 0;
  fault = -errno;
  close(r->socket);
  if (r->wake_event >= 0) close(r->wake_event);
  return fault;
}

/* Signals are for the threads of Node. */
static int start_thread(struct receiver *r) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int fault = pthread_create(&r->thread, NULL, run, r);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return -fault;
}

static void nudge(struct receiver *r) {
  uint64_t word = 1;
  if (write(r->wake_event, &word, sizeof word) < 0) return; /* It is full of nudges already. */
}

static void stop(struct receiver *r) {
  if (r->is_closed) return;
  r->is_closed = true;
  pthread_mutex_lock(&r->lock);
  r->is_stopping = true;
  pthread_mutex_unlock(&r->lock);
  nudge(r);
  pthread_join(r->thread, NULL);
  if (r->socket >= 0) close(r->socket);
  close(r->wake_event);
}

static void stop_at_exit(void *argument) { stop(argument); }

static void disown(struct receiver *r) {
  if (--r->owners > 0) return;
  pthread_mutex_destroy(&r->lock);
  free(r);
}

static void forget_handle(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  disown(data);
}

static void forget_wake(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  disown(data);
}

/* ---- what JavaScript sees ---------------------------------------------------------------------- */

static void call_wake(napi_env env, napi_value callback, void *context, void *data) {
  (void)data;
  struct receiver *r = context;
  if (env == NULL) return;
  atomic_store(&r->is_wake_pending, false);
  pthread_mutex_lock(&r->lock);
  int fault = r->fault;
  pthread_mutex_unlock(&r->lock);
  napi_value self, argument;
  napi_get_undefined(env, &self);
  napi_create_int32(env, -fault, &argument);
  if (napi_call_function(env, self, callback, 1, &argument, NULL) != napi_pending_exception) return;
  /* As an error in a listener of any socket: Node 20 would only warn. */
  napi_value fault_of_callback;
  if (napi_get_and_clear_last_exception(env, &fault_of_callback) == napi_ok)
    napi_fatal_exception(env, fault_of_callback);
}

static struct receiver *handle_of(napi_env env, napi_callback_info info, napi_value *arguments,
                                  size_t count) {
  struct receiver *r = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_external(env, arguments[0], (void **)&r) != napi_ok)
    napi_throw_type_error(env, NULL, "Not a receiver");
  return r;
}

static napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

/* The slabs lie one after the other in memory of JavaScript. */
static int use_memory(napi_env env, napi_value memory, struct receiver *r) {
  size_t size = 0;
  struct slab *slabs = NULL;
  if (napi_get_arraybuffer_info(env, memory, (void **)&slabs, &size) != napi_ok) return -EINVAL;
  size_t count = size / sizeof *slabs;
  if (count < 2 || count > SLABS_MAX || count * sizeof *slabs != size) return -EINVAL;
  r->slab_count = (uint32_t)count;
  for (uint32_t at = 0; at < r->slab_count; at += 1) {
    r->slabs[at] = &slabs[at];
    r->free_slabs[r->free_count++] = r->slab_count - 1 - at;
  }
  return 0;
}

static struct receiver *make_receiver(void) {
  struct receiver *r = calloc(1, sizeof *r);
  if (r == NULL) return NULL;
  pthread_mutex_init(&r->lock, NULL);
  r->open_slab = -1;
  for (int at = 0; at < PER_CALL_MAX; at += 1) {
    r->vectors[at] = (struct iovec){r->scratch[at], KEPT_BYTES_MAX};
    r->messages[at].msg_hdr.msg_iov = &r->vectors[at];
    r->messages[at].msg_hdr.msg_iovlen = 1;
    r->messages[at].msg_hdr.msg_name = &r->senders[at];
  }
  return r;
}

/* After it the wake function is an owner, whatever becomes of the rest. */
static int make_wake(napi_env env, napi_value callback, struct receiver *r) {
  napi_value name;
  napi_create_string_utf8(env, "UdpReceiver", NAPI_AUTO_LENGTH, &name);
  napi_status status = napi_create_threadsafe_function(env, callback, NULL, name, 0, 1, r,
                                                       forget_wake, r, call_wake, &r->wake);
  return status == napi_ok ? 0 : -EINVAL;
}

static int fill_and_bind(napi_env env, napi_value *arguments, struct receiver *r) {
  char host[256];
  size_t length;
  bool is_v6;
  uint32_t port, buffer_bytes;
  if (napi_get_value_string_utf8(env, arguments[0], host, sizeof host, &length) != napi_ok ||
      napi_get_value_bool(env, arguments[1], &is_v6) != napi_ok ||
      napi_get_value_uint32(env, arguments[2], &port) != napi_ok || port > 65535 ||
      napi_get_value_uint32(env, arguments[3], &buffer_bytes) != napi_ok ||
      napi_get_value_uint32(env, arguments[4], &r->batch_max) != napi_ok ||
      napi_get_value_uint32(env, arguments[5], &r->waiting_max) != napi_ok)
    return -EINVAL;
  if (r->batch_max < 1 || r->batch_max > SLAB_DATAGRAMS || r->waiting_max < 1) return -EINVAL;
  r->family = is_v6 ? AF_INET6 : AF_INET;
  int fault = use_memory(env, arguments[6], r);
  return fault != 0 ? fault : bind_socket(r, host, (uint16_t)port, (int)buffer_bytes);
}

/* open(host, isV6, port, bufferBytes, batchMax, waitingMax, memory, wake): a handle, or -errno. */
static napi_value js_open(napi_env env, napi_callback_info info) {
  napi_value arguments[8];
  size_t count = 8;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct receiver *r = make_receiver();
  if (r == NULL) return number(env, -ENOMEM);
  r->owners = 1;
  int fault = fill_and_bind(env, arguments, r);
  if (fault != 0) {
    disown(r);
    return number(env, fault);
  }
  fault = make_wake(env, arguments[7], r);
  if (fault == 0) {
    r->owners = 2;
    fault = start_thread(r);
    if (fault != 0) napi_release_threadsafe_function(r->wake, napi_tsfn_abort);
  }
  if (fault != 0) {
    close(r->socket);
    close(r->wake_event);
    disown(r);
    return number(env, fault);
  }
  /* Hooks run backwards: the thread is gone before its wake function is. */
  napi_add_env_cleanup_hook(env, stop_at_exit, r);
  napi_create_reference(env, arguments[6], 1, &r->memory);
  napi_value handle;
  napi_create_external(env, r, forget_handle, NULL, &handle);
  return handle;
}

/* take(handle): the number of a slab that is JavaScript's until released, or -1. */
static napi_value js_take(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  struct receiver *r = handle_of(env, info, arguments, 1);
  if (r == NULL) return NULL;
  pthread_mutex_lock(&r->lock);
  int32_t taken = r->is_closed ? -1 : take_slab(r);
  pthread_mutex_unlock(&r->lock);
  return number(env, taken);
}

/* release(handle, slab) */
static napi_value js_release(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t slab = SLABS_MAX;
  struct receiver *r = handle_of(env, info, arguments, 2);
  if (r == NULL) return NULL;
  napi_get_value_uint32(env, arguments[1], &slab);
  if (slab >= r->slab_count || r->is_closed) return NULL;
  pthread_mutex_lock(&r->lock);
  r->waiting -= r->slabs[slab]->count;
  r->free_slabs[r->free_count++] = slab;
  bool is_starved = r->is_starved;
  r->is_starved = false;
  pthread_mutex_unlock(&r->lock);
  if (is_starved) nudge(r);
  return NULL;
}

/* state(handle, numbers): port, buffer bytes, received, bytes, waiting into a Float64Array. */
static napi_value js_state(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  double *numbers = NULL;
  size_t length = 0;
  struct receiver *r = handle_of(env, info, arguments, 2);
  if (r == NULL) return NULL;
  napi_get_typedarray_info(env, arguments[1], NULL, &length, (void **)&numbers, NULL, NULL);
  if (length < 5) return NULL;
  pthread_mutex_lock(&r->lock);
  numbers[2] = (double)r->received;
  numbers[3] = (double)r->received_bytes;
  numbers[4] = r->waiting;
  int bound = r->is_closed ? -1 : r->socket;
  pthread_mutex_unlock(&r->lock);
  if (bound < 0) return NULL;
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(bound, (struct sockaddr *)&address, &size) == 0) {
    uint16_t port = 0;
    source_of(&address, &port);
    numbers[0] = port;
  }
  int buffer_bytes = 0;
  size = sizeof buffer_bytes;
  if (getsockopt(bound, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, &size) == 0)
    numbers[1] = buffer_bytes;
  return NULL;
}

/* close(handle): the thread is gone when it returns. */
static napi_value js_close(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  struct receiver *r = handle_of(env, info, arguments, 1);
  if (r == NULL || r->is_closed) return NULL;
  napi_remove_env_cleanup_hook(env, stop_at_exit, r);
  stop(r);
  napi_delete_reference(env, r->memory);
  napi_release_threadsafe_function(r->wake, napi_tsfn_abort);
  return NULL;
}

static void add_function(napi_env env, napi_value exports, const char *name, napi_callback call) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

static void add_number(napi_env env, napi_value object, const char *name, size_t value) {
  napi_set_named_property(env, object, name, number(env, (double)value));
}

static napi_value layout(napi_env env) {
  napi_value object;
  napi_create_object(env, &object);
  add_number(env, object, "size", sizeof(struct slab));
  add_number(env, object, "datagramsMax", SLAB_DATAGRAMS);
  add_number(env, object, "bytesMax", SLAB_BYTES);
  add_number(env, object, "nameBytes", NAME_BYTES);
  add_number(env, object, "sourcesMax", SOURCES_MAX);
  add_number(env, object, "receivedAtMs", offsetof(struct slab, received_at_ms));
  add_number(env, object, "count", offsetof(struct slab, count));
  add_number(env, object, "starts", offsetof(struct slab, starts));
  add_number(env, object, "lengths", offsetof(struct slab, lengths));
  add_number(env, object, "ports", offsetof(struct slab, ports));
  add_number(env, object, "sourceOf", offsetof(struct slab, source_of));
  add_number(env, object, "names", offsetof(struct slab, names));
  add_number(env, object, "bytes", offsetof(struct slab, bytes));
  return object;
}

NAPI_MODULE_INIT() {
  napi_set_named_property(env, exports, "layout", layout(env));
  add_function(env, exports, "open", js_open);
  add_function(env, exports, "take", js_take);
  add_function(env, exports, "release", js_release);
  add_function(env, exports, "state", js_state);
  add_function(env, exports, "close", js_close);
  return exports;
}
