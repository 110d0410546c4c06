/* Connections of many clients: handshake, frames out, frames in. */
#include "clients.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 18, KEPT_BYTES = 1 << 20 };

struct client *clients;
int count, epoll_fd, open_count;
bool centrifuge, socketio;
int port;
const char *path, *origin;
int64_t frames, events, acks, rejected, retries, errors, resumed, bytes_in, holes;
unsigned buckets[BUCKETS];
int64_t measured;

void die(const char *what) {
    perror(what);
    exit(1);
}

int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

void write_frame(int fd, int opcode, const char *payload, size_t size) {
    unsigned char frame[1024];
    size_t header = 6;
    frame[0] = (unsigned char)(0x80 | opcode);
    if (size < 126) {
        frame[1] = (unsigned char)(0x80 | size);
        memset(frame + 2, 0, 4);
    } else {
        header = 8;
        frame[1] = 0x80 | 126;
        frame[2] = (unsigned char)(size >> 8);
        frame[3] = (unsigned char)size;
        memset(frame + 4, 0, 4);
    }
    memcpy(frame + header, payload, size); /* the mask is zero, so the payload stays as it is */
    if (send(fd, frame, header + size, MSG_NOSIGNAL) < 0 && errno != EAGAIN) errors++;
}

/* Takes whole frames off the front; returns how many bytes were used. */
static size_t parse(struct client *client, const unsigned char *data, size_t size) {
    size_t at = 0;
    while (size - at >= 2) {
        size_t header = 2, length = data[at + 1] & 0x7f;
        if (length == 126) {
            if (size - at < 4) break;
            length = (size_t)data[at + 2] << 8 | data[at + 3];
            header = 4;
        } else if (length == 127) {
            if (size - at < 10) break;
            length = 0;
            for (int index = 2; index < 10; index++) length = length << 8 | data[at + (size_t)index];
            header = 10;
        }
        if (size - at < header + length) break;
        const unsigned char *payload = data + at + header;
        int opcode = data[at] & 0x0f;
        if (opcode == 1) on_text(client, payload, length);
        if (opcode == 9) write_frame(client->fd, 10, (const char *)payload, length < 126 ? length : 125);
        at += header + length;
    }
    return at;
}

static void keep(struct client *client, const unsigned char *data, size_t size) {
    free(client->kept);
    client->kept = NULL;
    client->kept_bytes = size;
    if (size == 0) return;
    client->kept = malloc(size);
    memcpy(client->kept, data, size);
}

void lose(struct client *client) {
    if (!client->open) return;
    client->open = false;
    open_count--;
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
    close(client->fd);
    keep(client, NULL, 0);
}

void on_bytes(struct client *client) {
    static unsigned char buffer[KEPT_BYTES + READ_BYTES];
    size_t have = client->kept_bytes;
    if (have > KEPT_BYTES) {
        lose(client);
        return;
    }
    if (have) memcpy(buffer, client->kept, have);
    ssize_t got = recv(client->fd, buffer + have, READ_BYTES, MSG_DONTWAIT);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) lose(client);
        return;
    }
    bytes_in += got;
    size_t size = have + (size_t)got, used = parse(client, buffer, size);
    if (used < size || have) keep(client, buffer + used, size - used);
}

void turn(int wait_ms) {
    struct epoll_event ready[256];
    int got = epoll_wait(epoll_fd, ready, 256, wait_ms);
    for (int index = 0; index < got; index++)
        if (ready[index].data.u32 != UINT32_MAX) on_bytes(&clients[ready[index].data.u32]);
}

struct sockaddr_in server_address(void) {
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

size_t handshake_request(char *request, size_t room, const char *cookie) {
    bool known = !centrifuge && !socketio && strcmp(cookie, "-") != 0;
    int size = snprintf(request, room,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Version: 13\r\nOrigin: %s\r\n%s%s%s\r\n",
                        path, port, origin, known ? "Cookie: " : "", known ? cookie : "",
                        known ? "\r\n" : "");
    return (size_t)size;
}

void open_client(int index) {
    struct client *client = &clients[index];
    const char *cookie = client->cookie;
    struct sockaddr_in address = server_address();
    struct timeval patience = {.tv_sec = 20};
    int on = 1;
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (client->fd < 0) die("socket");
    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    char request[4096], answer[8192];
    size_t size = handshake_request(request, sizeof request, cookie);
    if (send(client->fd, request, size, MSG_NOSIGNAL) < 0) die("send");
    size_t have = 0;
    char *end = NULL;
    while (!end && have < sizeof answer - 1) {
        ssize_t got = recv(client->fd, answer + have, sizeof answer - 1 - have, 0);
        if (got <= 0) die("handshake");
        have += (size_t)got;
        answer[have] = 0;
        end = strstr(answer, "\r\n\r\n");
    }
    if (!end || strncmp(answer, "HTTP/1.1 101", 12) != 0) {
        fprintf(stderr, "handshake refused: %.80s\n", answer);
        exit(1);
    }
    if (!centrifuge && !socketio && strcmp(cookie, "-") != 0)
        write_frame(client->fd, 1, "{\"t\":\"resume\",\"heads\":{}}", 25);
    if (centrifuge) {
        int length = snprintf(request, sizeof request, "{\"id\":1,\"connect\":{\"data\":{\"room\":\"%.100s\"}}}", cookie);
        write_frame(client->fd, 1, request, (size_t)length);
    }
    client->open = true;
    open_count++;
    size_t rest = have - (size_t)(end + 4 - answer);
    size_t used = parse(client, (unsigned char *)end + 4, rest);
    keep(client, (unsigned char *)end + 4 + used, rest - used);
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
}
