/* All clients come back at once, each with the head of its chat that it has. */
#include "clients.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static void connect_again(int index) {
    struct client *client = &clients[index];
    struct sockaddr_in address = server_address();
    int on = 1;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0) die("socket");
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) die("connect");
    client->open = true;
    client->asked = client->welcome = client->back = false;
    open_count++;
    struct epoll_event event = {.events = EPOLLOUT, .data.u32 = (uint32_t)index};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
}

static void turned_away(struct client *client, int64_t *again) {
    lose(client);
    client->again_at = now_ns() + random() % 1000000000LL;
    (*again)++;
}

static void ask(int index, int64_t *again) {
    struct client *client = &clients[index];
    char request[4096];
    size_t size = handshake_request(request, sizeof request, client->cookie);
    if (send(client->fd, request, size, MSG_NOSIGNAL) != (ssize_t)size) {
        turned_away(client, again);
        return;
    }
    client->asked = true;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

/* The answer to the handshake: looked at until it is whole, and taken off alone, so frames behind it stay. */
static void greet(struct client *client, int64_t *again) {
    char answer[8192], resume[128];
    ssize_t got = recv(client->fd, answer, sizeof answer - 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    answer[got < 0 ? 0 : got] = 0;
    char *end = strstr(answer, "\r\n\r\n");
    if (got <= 0 || (end && strncmp(answer, "HTTP/1.1 101", 12) != 0)) {
        turned_away(client, again);
        return;
    }
    if (!end) return;
    if (recv(client->fd, answer, (size_t)(end + 4 - answer), 0) < 0) die("recv");
    client->welcome = true;
    int length = snprintf(resume, sizeof resume, "{\"t\":\"resume\",\"heads\":{\"c:%s\":[%" PRId64 ",%" PRId64 "]}}",
                          client->chat, client->epoch, client->seq);
    write_frame(client->fd, 1, resume, (size_t)length);
}

void storm(double seconds) {
    int64_t start = now_ns(), deadline = start + (int64_t)(seconds * 1e9), again = 0, caught = events, back = 0;
    int64_t before = holes, newest = 0, short_of = 0;
    for (int index = 0; index < count; index++) clients[index].again_at = start;
    while (back < count && now_ns() < deadline) {
        int64_t now = now_ns();
        for (int index = 0; index < count; index++)
            if (!clients[index].open && clients[index].again_at <= now) connect_again(index);
        struct epoll_event ready[256];
        int got = epoll_wait(epoll_fd, ready, 256, 20);
        for (int index = 0; index < got; index++) {
            if (ready[index].data.u32 == UINT32_MAX) continue;
            struct client *client = &clients[ready[index].data.u32];
            bool was = client->back;
            if (!client->asked)
                ask((int)ready[index].data.u32, &again);
            else if (!client->welcome)
                greet(client, &again);
            else
                on_bytes(client);
            if (!client->open && client->again_at <= now) {
                client->again_at = now + random() % 1000000000LL;
                again++;
            }
            back += client->open && client->back && !was;
            back -= was && !client->open;
        }
    }
    double took = (double)(now_ns() - start) / 1e9;
    for (int64_t quiet = now_ns() + 400000000LL; now_ns() < quiet;) turn(20);
    for (int index = 0; index < count; index++) {
        if (strcmp(clients[index].chat, clients[index ? index - 1 : 0].chat) != 0) newest = 0;
        for (int other = index; newest == 0 && other < count && strcmp(clients[other].chat, clients[index].chat) == 0; other++)
            newest = clients[other].seq > newest ? clients[other].seq : newest;
        short_of += clients[index].seq < newest;
    }
    printf("{\"resumed\":%lld,\"again\":%lld,\"caught\":%lld,\"holes\":%lld,\"short\":%lld,\"seconds\":%.3f}\n",
           (long long)back, (long long)again, (long long)(events - caught), (long long)(holes - before),
           (long long)short_of, took);
    fflush(stdout);
}
