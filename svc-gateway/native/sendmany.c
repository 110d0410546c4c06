/* One buffer to many sockets, without coming back to the interpreter in between.
 *
 * The gateway loads this by ctypes (svc_gateway/adapters/sending.py), which lets go of the interpreter's lock
 * meanwhile. It knows nothing of who owns a descriptor: the caller passes only those that are its own and open.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

/* Offer `size` bytes to each of `count` stream sockets, without ever waiting.
 *
 * taken[i] is how many bytes the kernel took of what was for fds[i]: less than `size` when its buffer is full, and
 * 0 after an error, which whoever writes next will meet and judge. A negative descriptor is left out, with 0.
 * Returns how many sockets did not take everything.
 */
int nexync_sendmany(const int *fds, int count, const void *data, size_t size, int *taken) {
    int short_ones = 0;
    for (int index = 0; index < count; index++) {
        ssize_t sent = 0;
        if (fds[index] >= 0) {
            do {
                sent = send(fds[index], data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
            } while (sent < 0 && errno == EINTR);
            if (sent < 0) sent = 0;
        }
        taken[index] = (int)sent;
        short_ones += (size_t)sent != size;
    }
    return short_ones;
}
