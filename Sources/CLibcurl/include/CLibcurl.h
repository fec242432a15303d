// libcurl's variadic calls, epoll and timerfd in the shape that Swift can call.
#ifndef FIREDRILL_CLIBCURL_H
#define FIREDRILL_CLIBCURL_H

#include <curl/curl.h>
#include <stdint.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function for each type of argument.
CURLcode firedrill_setopt_long(CURL *handle, CURLoption option, long value);
CURLcode firedrill_setopt_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode firedrill_setopt_string(CURL *handle, CURLoption option, const char *value);
CURLcode firedrill_setopt_pointer(CURL *handle, CURLoption option, void *value);
CURLcode firedrill_setopt_data_callback(CURL *handle, CURLoption option,
                                        size_t (*callback)(char *, size_t, size_t, void *));
CURLcode firedrill_setopt_prerequest_callback(CURL *handle,
                                              int (*callback)(void *, char *, char *, int, int));
CURLcode firedrill_getinfo_long(CURL *handle, CURLINFO info, long *value);
CURLcode firedrill_getinfo_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLcode firedrill_getinfo_pointer(CURL *handle, CURLINFO info, void **value);
CURLcode firedrill_getinfo_socket(CURL *handle, curl_socket_t *value);
CURLMcode firedrill_multi_setopt_long(CURLM *multi, CURLMoption option, long value);

// The certificate bundle libcurl was built with; NULL when there is none.
const char *firedrill_default_ca_file(void);

// CURL_GLOBAL_DEFAULT is a macro of casts, which Swift does not import.
CURLcode firedrill_global_init(void);

typedef struct {
    uint64_t token;
    uint32_t readable;  // also set on error and hang-up: the read tells which
    uint32_t writable;
} firedrill_event;

// Level-triggered epoll. Functions return 0 or a count, or -errno.
int firedrill_epoll_create(void);
int firedrill_epoll_set(int epoll, int fd, uint64_t token, int readable, int writable, int is_new);
int firedrill_epoll_remove(int epoll, int fd);
// Waits at most `milliseconds` (-1: for ever); an interrupted wait returns 0.
int firedrill_epoll_wait(int epoll, firedrill_event *events, int capacity, int milliseconds);

// Marks the tokens of sockets that libcurl is still opening; the rest of such a token is the descriptor.
static const uint64_t FIREDRILL_CURL_SOCKET = 0x8000000000000000ull;

// Ties a multi handle's sockets and timer to an epoll. `state` must outlive the multi handle.
typedef struct {
    int epoll;
    uint64_t deadline;  // when curl_multi_socket_action is due for CURL_SOCKET_TIMEOUT; UINT64_MAX: never
} firedrill_multi_state;
void firedrill_multi_attach(CURLM *multi, firedrill_multi_state *state);
// Tells libcurl about its socket, or with -1 that its deadline has come.
void firedrill_multi_act(CURLM *multi, curl_socket_t socket, int readable, int writable);

// A timer on CLOCK_MONOTONIC that wakes epoll at an absolute time.
int firedrill_timer_create(void);
int firedrill_timer_set(int timer, uint64_t absolute_nanoseconds);
void firedrill_timer_clear(int timer);

// An eventfd: wakes another thread's epoll.
int firedrill_wakeup_create(void);
void firedrill_wakeup_signal(int wakeup);
void firedrill_wakeup_clear(int wakeup);

// 1 when the descriptor is readable within the time, 0 otherwise.
int firedrill_wait_readable(int fd, int milliseconds);

uint64_t firedrill_monotonic_nanoseconds(void);
// User and system CPU time of the calling thread.
uint64_t firedrill_thread_cpu_nanoseconds(void);
// Timers of the calling thread fire without the kernel's default slack of 50 microseconds.
void firedrill_exact_timers(void);

// recv and send on a plain, non-blocking socket. Return the byte count (0: end of stream), -EAGAIN, or another -errno.
long firedrill_recv(int fd, void *buffer, size_t length);
void firedrill_close(int fd);

// What a read would find, without taking it: 1 while the connection is open and silent, 0 otherwise.
int firedrill_is_quiet(int fd);
long firedrill_send(int fd, const void *buffer, size_t length);
// As above through the connection's TLS; any TLS failure is -EPROTO.
long firedrill_tls_recv(CURL *handle, void *buffer, size_t length);
long firedrill_tls_send(CURL *handle, const void *buffer, size_t length);

#endif
