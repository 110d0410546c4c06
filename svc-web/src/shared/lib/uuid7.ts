/**
 * Makes UUIDv7 (RFC 9562 5.7) on a clock that the caller gives, in Unix milliseconds.
 *
 * Ids of one maker only grow, also within one millisecond and when the clock steps back: the outbox
 * relies on id order being sending order. The 12 bits of `rand_a` count within the millisecond.
 */
export function uuid7Maker(
  now: () => number,
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): () => string {
  let last = 0;
  let counter = 0;
  return () => {
    const time = Math.floor(now());
    if (time > last) {
      last = time;
      counter = 0;
    } else if (++counter > 0xfff) {
      last += 1;
      counter = 0;
    }
    const bytes = random(new Uint8Array(8));
    bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
    const stamp = last.toString(16).padStart(12, "0");
    const tail = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const count = counter.toString(16).padStart(3, "0");
    return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${count}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  };
}

/** Unix milliseconds inside a UUIDv7. */
export function uuid7Time(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
