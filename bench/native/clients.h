/* What the parts of `sockets` share: its clients, the counts, and how bytes go out and come in. */
#ifndef CLIENTS_H
#define CLIENTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUCKETS = 200000 };

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

extern struct client *clients;
extern int count, epoll_fd, open_count;

/* How to reach the server, and which protocol it speaks. */
extern bool centrifuge, socketio;
extern int port;
extern const char *path, *origin;

extern int64_t frames, events, acks, rejected, retries, errors, resumed, bytes_in, holes;
extern unsigned buckets[BUCKETS]; /* latency in steps of 10 µs, the last one holds all above 2 s */
extern int64_t measured;

/* clients.c: connections, one frame after the other. */
void die(const char *what);
int64_t now_ns(void);
void write_frame(int fd, int opcode, const char *payload, size_t size);
void lose(struct client *client);
void on_bytes(struct client *client);
void turn(int wait_ms);
struct sockaddr_in server_address(void);
size_t handshake_request(char *request, size_t room, const char *cookie);
void open_client(int index);

/* dialects.c: what is sent and what is read in each protocol. */
void send_message(struct client *client);
void on_text(struct client *client, const unsigned char *payload, size_t size);

/* storm.c */
void storm(double seconds);

#endif
