/* The floor of fan-out: a loop of send() over all sockets, and nothing else.
 *
 * Usage: floor <port> <sockets>
 * Takes that many sockets, answers each handshake with a canned 101, prints "ready". Then for each line
 * "fan <rounds> <bytes> <rate>" on standard input it sends <rounds> frames whose payload has <bytes> bytes to
 * every socket, <rate> rounds a second (0: without a pause), and prints
 * "<deliveries> <CPU microseconds of this process>". A reader that sleeps between rounds must be woken, which
 * costs the sender time: compare at the same rate.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char SWITCH[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Accept: floor\r\n\r\n";

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int64_t cpu_us(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static void wait_for(struct timespec *next, double rate) {
    if (rate <= 0) return;
    int64_t ns = next->tv_nsec + (int64_t)(1e9 / rate);
    next->tv_sec += ns / 1000000000;
    next->tv_nsec = ns % 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

static int take(int listener) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) die("accept");
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char request[4096];
    size_t have = 0;
    while (have < sizeof request - 1) {
        ssize_t got = recv(fd, request + have, sizeof request - 1 - have, 0);
        if (got <= 0) die("handshake");
        have += (size_t)got;
        request[have] = 0;
        if (strstr(request, "\r\n\r\n")) break;
    }
    if (send(fd, SWITCH, sizeof SWITCH - 1, MSG_NOSIGNAL) < 0) die("handshake answer");
    return fd;
}

static void send_all(int fd, const unsigned char *data, size_t size) {
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) die("send");
            struct pollfd waiting = {.fd = fd, .events = POLLOUT};
            poll(&waiting, 1, 1000);
            continue;
        }
        data += sent;
        size -= (size_t)sent;
    }
}

static size_t frame_of(unsigned char *frame, size_t bytes) {
    size_t header = bytes < 126 ? 2 : 4;
    frame[0] = 0x81;
    if (bytes < 126) {
        frame[1] = (unsigned char)bytes;
    } else {
        frame[1] = 126;
        frame[2] = (unsigned char)(bytes >> 8);
        frame[3] = (unsigned char)bytes;
    }
    memset(frame + header, 'x', bytes);
    return header + bytes;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int count = atoi(argv[2]);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
    if (listen(listener, 1024) < 0) die("listen");
    printf("listening\n");
    fflush(stdout);
    int *fds = malloc(sizeof(int) * (size_t)count);
    for (int index = 0; index < count; index++) fds[index] = take(listener);
    printf("ready\n");
    fflush(stdout);
    static unsigned char frame[65536 + 4];
    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        long rounds = 0;
        size_t bytes = 0;
        double rate = 0;
        if (sscanf(line, "fan %ld %zu %lf", &rounds, &bytes, &rate) != 3 || bytes > 65535) return 2;
        size_t size = frame_of(frame, bytes);
        int64_t before = cpu_us();
        struct timespec next;
        clock_gettime(CLOCK_MONOTONIC, &next);
        for (long round = 0; round < rounds; round++) {
            for (int index = 0; index < count; index++) send_all(fds[index], frame, size);
            wait_for(&next, rate);
        }
        printf("%lld %lld\n", (long long)rounds * count, (long long)(cpu_us() - before));
        fflush(stdout);
    }
    return 0;
}
