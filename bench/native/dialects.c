/* What a message looks like in each protocol, and what frames that come in stand for. */
#include "clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static unsigned commands;

static const char PADDING[] = "................................................................";

void send_message(struct client *client) {
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

void on_text(struct client *client, const unsigned char *payload, size_t size) {
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
