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
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 18, KEPT_BYTES = 1 << 20, BUCKETS = 200000 };

struct client {
    int fd;
    char chat[40];
    unsigned char *kept; /* the beginning of a frame that hasn't come in whole; NULL when there is none */
    size_t kept_bytes;
    bool open;
    char *cookie;
    int64_t epoch, seq; /* the head of its chat, as far as this socket has read it */
    int64_t again_at;   /* when a closed socket of a storm may connect, nanoseconds */
    bool asked, welcome, back; /* in a storm: request sent, handshake through, resumed */
};

static struct client *clients;
static bool centrifuge, socketio;
static int port;
static const char *path, *origin;
static int count, epoll_fd, open_count;
static int64_t frames, events, acks, rejected, retries, errors, resumed, bytes_in, holes;
static unsigned buckets[BUCKETS]; /* latency in steps of 10 µs, the last one holds all above 2 s */
static int64_t measured;
static unsigned commands;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static const char PADDING[] = "................................................................";

static void write_frame(int fd, int opcode, const char *payload, size_t size) {
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

static void send_message(struct client *client) {
    struct timeval wall;
    gettimeofday(&wall, NULL);
    uint64_t ms = (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_usec / 1000;
    uint64_t dice = (uint64_t)random() << 31 ^ (uint64_t)random();
    char text[256];
    if (socketio) {
        int size = snprintf(text, sizeof text, "42%u[\"send\",{\"room\":\"%s\",\"body\":\"@%020lld\",\"pad\":\"%s\"}]",
                            ++commands, client->chat, (long long)now_ns(), PADDING);
        write_frame(client->fd, 1, text, (size_t)size);
        return;
    }
    if (centrifuge) {
        int size = snprintf(text, sizeof text,
                            "{\"id\":%u,\"publish\":{\"channel\":\"%s\",\"data\":{\"body\":\"@%020lld\",\"pad\":\"%s\"}}}",
                            ++commands + 1, client->chat, (long long)now_ns(), PADDING);
        write_frame(client->fd, 1, text, (size_t)size);
        return;
    }
    int size = snprintf(text, sizeof text,
                        "{\"t\":\"send\",\"id\":\"%08llx-%04llx-7%03llx-8%03llx-%012llx\",\"chat\":\"%s\","
                        "\"body\":\"@%020lld\"}",
                        (unsigned long long)(ms >> 16), (unsigned long long)(ms & 0xffff),
                        (unsigned long long)(random() & 0xfff), (unsigned long long)(random() & 0xfff),
                        (unsigned long long)(dice & 0xffffffffffffULL), client->chat, (long long)now_ns());
    write_frame(client->fd, 1, text, (size_t)size);
}

static void measure(const unsigned char *payload, size_t size) {
    const unsigned char *found = memmem(payload, size, "\"body\":\"@", 9);
    if (!found || found + 29 > payload + size) return;
    int64_t sent = strtoll((const char *)found + 9, NULL, 10);
    int64_t step = (now_ns() - sent) / 10000;
    buckets[step < 0 ? 0 : step >= BUCKETS ? BUCKETS - 1 : step]++;
    measured++;
}

static void on_lines(const unsigned char *payload, size_t size) {
    while (size > 0) {
        const unsigned char *end = memchr(payload, '\n', size);
        size_t line = end ? (size_t)(end - payload) : size, look = line < 40 ? line : 40;
        if (memmem(payload, look, "{\"push\"", 7)) {
            events++;
            measure(payload, line);
        } else if (memmem(payload, look, "\"publish\"", 9)) {
            acks++;
        } else if (memmem(payload, look, "\"connect\"", 9)) {
            resumed++;
        } else if (line > 2) {
            errors++;
        }
        payload += end ? line + 1 : line;
        size -= end ? line + 1 : line;
    }
}

/* Engine.IO's packets, with Socket.IO's in those of type 4. */
static void on_packet(struct client *client, const unsigned char *payload, size_t size) {
    char text[256];
    if (size >= 2 && memcmp(payload, "42", 2) == 0) {
        events++;
        measure(payload, size);
    } else if (size >= 2 && memcmp(payload, "43", 2) == 0) {
        acks++;
    } else if (size >= 2 && memcmp(payload, "40", 2) == 0) {
        resumed++;
    } else if (payload[0] == '0') {
        int length = snprintf(text, sizeof text, "40{\"room\":\"%.100s\"}", client->cookie);
        write_frame(client->fd, 1, text, (size_t)length);
    } else if (payload[0] == '2') {
        write_frame(client->fd, 1, "3", 1);
    } else {
        errors++;
    }
}

static int64_t number_after(const unsigned char *payload, size_t size, const char *name) {
    size_t look = size < 200 ? size : 200;
    const unsigned char *found = memmem(payload, look, name, strlen(name));
    /* The digits end at a comma or at the brace that ends the frame. */
    return found && payload[size - 1] == '}' ? strtoll((const char *)found + strlen(name), NULL, 10) : 0;
}

/* Follow the head of the socket's own chat: a number left out is a hole. */
static void follow(struct client *client, const unsigned char *payload, size_t size, bool reset) {
    size_t look = size < 120 ? size : 120;
    if (!client->chat[0] || !memmem(payload, look, client->chat, 36)) return;
    int64_t seq = number_after(payload, size, "\"seq\":");
    if (!reset && client->seq && seq > client->seq + 1) holes += seq - client->seq - 1;
    if (seq > client->seq) client->seq = seq;
    client->epoch = number_after(payload, size, "\"epoch\":");
}

static void on_text(struct client *client, const unsigned char *payload, size_t size) {
    size_t look = size < 40 ? size : 40;
    frames++;
    if (centrifuge) {
        on_lines(payload, size);
        return;
    }
    if (socketio) {
        on_packet(client, payload, size);
        return;
    }
    if (memmem(payload, look, "\"event\"", 7)) {
        events++;
        measure(payload, size);
        follow(client, payload, size, false);
    } else if (memmem(payload, look, "\"reset\"", 7)) {
        follow(client, payload, size, true);
    } else if (memmem(payload, look, "\"ack\"", 5)) {
        acks++;
    } else if (memmem(payload, look, "\"resumed\"", 9)) {
        resumed++;
        client->back = true;
    } else if (memmem(payload, look, "\"rejected\"", 10)) {
        rejected++;
    } else if (memmem(payload, look, "\"retry\"", 7)) {
        retries++;
    } else if (memmem(payload, look, "\"error\"", 7)) {
        errors++;
    } else if (payload[0] == 'x') {
        events++;
    }
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

static void lose(struct client *client) {
    if (!client->open) return;
    client->open = false;
    open_count--;
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
    close(client->fd);
    keep(client, NULL, 0);
}

static void on_bytes(struct client *client) {
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

static void turn(int wait_ms) {
    struct epoll_event ready[256];
    int got = epoll_wait(epoll_fd, ready, 256, wait_ms);
    for (int index = 0; index < got; index++)
        if (ready[index].data.u32 != UINT32_MAX) on_bytes(&clients[ready[index].data.u32]);
}

static struct sockaddr_in server_address(void) {
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static size_t handshake_request(char *request, size_t room, const char *cookie) {
    bool known = !centrifuge && !socketio && strcmp(cookie, "-") != 0;
    int size = snprintf(request, room,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Version: 13\r\nOrigin: %s\r\n%s%s%s\r\n",
                        path, port, origin, known ? "Cookie: " : "", known ? cookie : "",
                        known ? "\r\n" : "");
    return (size_t)size;
}

static void open_client(int index) {
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

static void storm(double seconds) {
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
