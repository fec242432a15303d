#define _GNU_SOURCE
#include "CLibcurl.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

CURLcode firedrill_setopt_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode firedrill_setopt_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode firedrill_setopt_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode firedrill_setopt_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode firedrill_setopt_data_callback(CURL *handle, CURLoption option,
                                        size_t (*callback)(char *, size_t, size_t, void *)) {
    return curl_easy_setopt(handle, option, callback);
}

CURLcode firedrill_setopt_prerequest_callback(CURL *handle,
                                              int (*callback)(void *, char *, char *, int, int)) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}

CURLcode firedrill_getinfo_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

CURLcode firedrill_getinfo_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

CURLcode firedrill_getinfo_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

CURLcode firedrill_getinfo_socket(CURL *handle, curl_socket_t *value) {
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, value);
}

CURLMcode firedrill_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

const char *firedrill_default_ca_file(void) { return curl_version_info(CURLVERSION_NOW)->cainfo; }

CURLcode firedrill_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

int firedrill_epoll_create(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int firedrill_epoll_set(int epoll, int fd, uint64_t token, int readable, int writable, int is_new) {
    struct epoll_event event = {
        .events = (readable ? EPOLLIN | EPOLLRDHUP : 0) | (writable ? EPOLLOUT : 0), .data.u64 = token};
    if (epoll_ctl(epoll, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    // libcurl closes and opens sockets by itself, so a descriptor's number may stand for another socket by now.
    if (errno == EEXIST && epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    if (errno == ENOENT && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0) return 0;
    return -errno;
}

int firedrill_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) == 0 ? 0 : -errno; }

int firedrill_epoll_wait(int epoll, firedrill_event *events, int capacity, int milliseconds) {
    struct epoll_event ready[128];
    int count = epoll_wait(epoll, ready, capacity < 128 ? capacity : 128, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int index = 0; index < count; index++) {
        uint32_t flags = ready[index].events;
        events[index].token = ready[index].data.u64;
        events[index].readable = (flags & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0;
        events[index].writable = (flags & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0;
    }
    return count;
}

static int on_socket(CURL *handle, curl_socket_t socket, int what, void *user, void *assigned) {
    firedrill_multi_state *state = user;
    (void)handle;
    (void)assigned;
    if (what == CURL_POLL_REMOVE) {
        firedrill_epoll_remove(state->epoll, socket);
    } else {
        firedrill_epoll_set(state->epoll, socket, FIREDRILL_CURL_SOCKET | (uint32_t)socket,
                            (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0, 1);
    }
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *user) {
    firedrill_multi_state *state = user;
    (void)multi;
    state->deadline = milliseconds < 0
                          ? UINT64_MAX
                          : firedrill_monotonic_nanoseconds() + (uint64_t)milliseconds * 1000000u;
    return 0;
}

void firedrill_multi_attach(CURLM *multi, firedrill_multi_state *state) {
    state->deadline = UINT64_MAX;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, state);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, state);
}

void firedrill_multi_act(CURLM *multi, curl_socket_t socket, int readable, int writable) {
    int running = 0;
    if (socket < 0) socket = CURL_SOCKET_TIMEOUT;
    curl_multi_socket_action(multi, socket, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0),
                             &running);
}

int firedrill_timer_create(void) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int firedrill_timer_set(int timer, uint64_t absolute_nanoseconds) {
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)(absolute_nanoseconds / 1000000000u),
                                           .tv_nsec = (long)(absolute_nanoseconds % 1000000000u)}};
    return timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) == 0 ? 0 : -errno;
}

void firedrill_timer_clear(int timer) {
    uint64_t count;
    (void)!read(timer, &count, sizeof count);
}

int firedrill_wakeup_create(void) {
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

void firedrill_wakeup_signal(int wakeup) {
    uint64_t one = 1;
    (void)!write(wakeup, &one, sizeof one);
}

void firedrill_wakeup_clear(int wakeup) {
    uint64_t count;
    (void)!read(wakeup, &count, sizeof count);
}

int firedrill_wait_readable(int fd, int milliseconds) {
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    return poll(&waited, 1, milliseconds) > 0;
}

uint64_t firedrill_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t firedrill_thread_cpu_nanoseconds(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_THREAD, &usage) != 0) return 0;
    return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * 1000000000u +
           ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000u;
}

void firedrill_exact_timers(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }

long firedrill_recv(int fd, void *buffer, size_t length) {
    ssize_t count = recv(fd, buffer, length, MSG_DONTWAIT);
    return count < 0 ? -(long)errno : (long)count;
}

void firedrill_close(int fd) { close(fd); }

int firedrill_is_quiet(int fd) {
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

long firedrill_send(int fd, const void *buffer, size_t length) {
    ssize_t count = send(fd, buffer, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? -(long)errno : (long)count;
}

long firedrill_tls_recv(CURL *handle, void *buffer, size_t length) {
    size_t count = 0;
    CURLcode code = curl_easy_recv(handle, buffer, length, &count);
    if (code == CURLE_OK) return (long)count;
    return code == CURLE_AGAIN ? -(long)EAGAIN : -(long)EPROTO;
}

long firedrill_tls_send(CURL *handle, const void *buffer, size_t length) {
    size_t count = 0;
    CURLcode code = curl_easy_send(handle, buffer, length, &count);
    if (code == CURLE_OK) return (long)count;
    return code == CURLE_AGAIN ? -(long)EAGAIN : -(long)EPROTO;
}
