/* Many WebSocket clients in one epoll loop: they resume, count what comes, send at a rate, measure latency.
 *
 * Usage: sockets <port> <path> <origin> <file> [centrifuge | socketio]
 * Each line of the file is one socket: "<cookie header or -> <chat id or ->". A socket with a chat sends.
 * With the last word it speaks centrifuge's JSON protocol or Socket.IO's: the first column is the room to be in, the
 * second the room to send to, and what counts as resumed is the answer to its connect command.
 * Prints "ready <open>" when all are open and, unless the cookie is "-", resumed.
 * Commands on standard input, each answered by one line of JSON:
 *   stat                          counts so far
 *   run <rate> <seconds> <burst>  send <rate> messages a second for that time, <burst> at once, from the
 *                                 sending sockets in turn; then wait until what was sent arrived (≤ 10 s)
 *   drop                          close all sockets, as when a gateway dies
 *   storm <seconds>               connect them all at once, each with the head of its chat that it has, and wait until
 *                                 all are resumed; who is turned away comes again within a second. Answered by
 *                                 {"resumed", "again", "caught", "holes", "short", "seconds"}: events that came meanwhile,
 *                                 numbers left out, and sockets that are not at the newest head
 * A message's text is "@<monotonic nanoseconds>", so latency is socket to socket on one clock.
 */
#include "clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

static double percentile(double part) {
    int64_t target = (int64_t)((double)measured * part), sum = 0;
    for (int index = 0; index < BUCKETS; index++) {
        sum += buckets[index];
        if (sum > target) return index / 100.0;
    }
    return BUCKETS / 100.0;
}

static void answer(int64_t sent, double seconds) {
    printf("{\"open\":%d,\"frames\":%lld,\"events\":%lld,\"acks\":%lld,\"rejected\":%lld,\"retries\":%lld,"
           "\"errors\":%lld,\"bytes\":%lld,\"sent\":%lld,\"seconds\":%.4f,\"measured\":%lld,"
           "\"p50_ms\":%.2f,\"p99_ms\":%.2f}\n",
           open_count, (long long)frames, (long long)events, (long long)acks, (long long)rejected,
           (long long)retries, (long long)errors, (long long)bytes_in, (long long)sent, seconds,
           (long long)measured, measured ? percentile(0.5) : 0.0, measured ? percentile(0.99) : 0.0);
    fflush(stdout);
}

static void run(double rate, double seconds, int burst) {
    int senders = 0, *ring = malloc(sizeof(int) * (size_t)count);
    for (int index = 0; index < count; index++)
        if (clients[index].chat[0] && clients[index].open) ring[senders++] = index;
    if (senders == 0 || rate <= 0 || burst < 1) {
        answer(0, 0);
        free(ring);
        return;
    }
    memset(buckets, 0, sizeof buckets);
    measured = 0;
    int64_t start = now_ns(), sent = 0, total = (int64_t)(rate * seconds), acks_before = acks;
    while (sent < total) {
        int64_t due = (int64_t)((double)(now_ns() - start) / 1e9 * rate);
        while (sent < total && sent + burst <= due + burst - 1) {
            for (int index = 0; index < burst && sent < total; index++, sent++)
                send_message(&clients[ring[burst > 1 ? 0 : sent % senders]]);
        }
        turn(1);
    }
    int64_t quiet = now_ns(), last = events, deadline = now_ns() + 10000000000LL;
    while (now_ns() < deadline && (acks - acks_before < sent || now_ns() - quiet < 400000000LL)) {
        turn(20);
        if (events != last) {
            last = events;
            quiet = now_ns();
        }
    }
    answer(sent, (double)(quiet - start) / 1e9);
    free(ring);
}

int main(int argc, char **argv) {
    if (argc < 5) return 2;
    centrifuge = argc == 6 && strcmp(argv[5], "centrifuge") == 0;
    socketio = argc == 6 && strcmp(argv[5], "socketio") == 0;
    port = atoi(argv[1]);
    path = argv[2];
    origin = argv[3];
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    FILE *file = fopen(argv[4], "r");
    if (!file) die(argv[4]);
    static char line[4096], cookie[3500], chat[64];
    clients = calloc(200000, sizeof *clients);
    epoll_fd = epoll_create1(0);
    srandom((unsigned)now_ns());
    int64_t wanted = 0;
    while (count < 200000 && fgets(line, sizeof line, file)) {
        if (sscanf(line, "%3499s %63s", cookie, chat) != 2) return 2;
        if (strcmp(chat, "-") != 0) snprintf(clients[count].chat, sizeof clients[count].chat, "%.36s", chat);
        clients[count].cookie = strdup(cookie);
        open_client(count);
        wanted += strcmp(cookie, "-") != 0;
        count++;
        turn(0);
    }
    int64_t deadline = now_ns() + 60000000000LL;
    while (resumed < wanted && now_ns() < deadline) turn(50);
    printf("ready %d\n", resumed < wanted ? (int)resumed : open_count);
    fflush(stdout);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    setvbuf(stdin, NULL, _IONBF, 0);
    for (;;) {
        struct epoll_event ready[256];
        int got = epoll_wait(epoll_fd, ready, 256, -1);
        for (int index = 0; index < got; index++) {
            if (ready[index].data.u32 != UINT32_MAX) {
                on_bytes(&clients[ready[index].data.u32]);
                continue;
            }
            double rate = 0, seconds = 0;
            int burst = 1;
            if (!fgets(line, sizeof line, stdin)) return 0;
            if (sscanf(line, "run %lf %lf %d", &rate, &seconds, &burst) >= 2)
                run(rate, seconds, burst);
            else if (sscanf(line, "storm %lf", &seconds) == 1)
                storm(seconds);
            else if (strncmp(line, "drop", 4) == 0) {
                for (int index = 0; index < count; index++) lose(&clients[index]);
                answer(0, 0);
            } else
                answer(0, 0);
        }
    }
}
