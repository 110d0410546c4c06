const READS_MAX = 5;

/**
 * Counts the changes that this page was told of, so that no answer from before the newest one is taken for
 * what is now: two reads may be on their way at once, and the older one may come last.
 */
export class Changes {
  #count = 0;

  /** Something changed: what is being read now is old. */
  happened(): void {
    this.#count += 1;
  }

  /** What `read` gives, read again while changes come in between, at most five times. */
  async latest<T>(read: () => Promise<T>): Promise<T> {
    for (let reads = 1; ; reads += 1) {
      const before = this.#count;
      const answer = await read();
      if (before === this.#count || reads === READS_MAX) return answer;
    }
  }
}
