import { limits, type MarkFrame, type MarkedFrame } from "@/shared/contracts/generated";

/** How far this device is in a chat, as seqs. */
export type Mark = { read: number; delivered: number };

type Said = Mark & { at: number | null };

const NOTHING: Mark = { read: 0, delivered: 0 };

/**
 * What is to be said of how far this device is: put together for a while, said again until it is confirmed.
 *
 * A new socket knows nothing of what the old one brought there, so everything without a confirmation goes out again.
 */
export class Marks {
  readonly #said = new Map<string, Said>();
  readonly #kept = new Map<string, Mark>();
  readonly #transmit: (frame: MarkFrame) => void;
  #open = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #due = 0;

  constructor(transmit: (frame: MarkFrame) => void) {
    this.#transmit = transmit;
  }

  /** Something that isn't further than before changes nothing. */
  say(chat: string, mark: Partial<Mark>): void {
    const before = this.#said.get(chat) ?? { ...NOTHING, at: null };
    const after = larger(before, { ...NOTHING, ...mark });
    if (after.read === before.read && after.delivered === before.delivered) return;
    this.#said.set(chat, { ...after, at: null });
    this.#soon(limits.markEveryMs);
  }

  /** A socket is live that takes marks. */
  opened(): void {
    this.#open = true;
    for (const said of this.#said.values()) said.at = null;
    this.#flush();
  }

  closed(): void {
    this.#open = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  marked(frame: MarkedFrame): void {
    for (const { chat, read, delivered } of frame.marks) {
      const kept = larger(this.#kept.get(chat) ?? NOTHING, {
        read: read ?? 0,
        delivered: delivered ?? 0,
      });
      this.#kept.set(chat, kept);
      const said = this.#said.get(chat);
      if (said && said.read <= kept.read && said.delivered <= kept.delivered) {
        // What was said stays, so that the same isn't said again.
        said.at = Number.POSITIVE_INFINITY;
      }
    }
  }

  /** The chat is not this person's any more: nobody would confirm it. */
  forget(chat: string): void {
    this.#said.delete(chat);
    this.#kept.delete(chat);
  }

  #soon(delay: number): void {
    const due = Date.now() + delay;
    if (!this.#open || (this.#timer !== null && this.#due <= due)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flush();
    }, delay);
  }

  #flush(): void {
    if (!this.#open) return;
    const now = Date.now();
    const due = [...this.#said].filter(
      ([, said]) => said.at === null || now - said.at >= limits.markAgainMs,
    );
    for (let start = 0; start < due.length; start += limits.chatMarks) {
      const marks = due.slice(start, start + limits.chatMarks).map(([chat, said]) => {
        said.at = now;
        return {
          chat,
          read: said.read > 0 ? said.read : null,
          delivered: said.delivered > 0 ? said.delivered : null,
        };
      });
      this.#transmit({ t: "mark", marks });
    }
    if ([...this.#said.values()].some((said) => said.at !== Number.POSITIVE_INFINITY)) {
      this.#soon(limits.markAgainMs);
    }
  }
}

function larger(one: Mark, other: Mark): Mark {
  return {
    read: Math.max(one.read, other.read),
    delivered: Math.max(one.delivered, other.delivered),
  };
}
