import { NO_DRAFT, over, refused, taken, telling, toldOf, typed } from "@/shared/lib/draft";
import type { Draft, Telling } from "@/shared/lib/draft";
import { limits, type OwnChatView } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";

/** How long after the last key a draft is kept on this device, milliseconds. */
const SHELF_MS = 300;
/** How long after a failure the server is told again; a new connection comes first. */
const AGAIN_MS = 15_000;

/** Where drafts are kept on this device. */
export type Shelf = {
  all: () => Promise<ReadonlyMap<string, Draft>>;
  keep: (chat: string, draft: Draft) => Promise<void>;
};

/** Keeps or ends a draft on the server. Throws RestError. */
export type Tell = (chat: string, telling: Telling) => Promise<OwnChatView>;

type Timers = Map<string, ReturnType<typeof setTimeout>>;

/**
 * The drafts of all chats: at once in this page, soon on this device, and on the server a second after the last key.
 * Each chat has one request under way at most. What could not be told is told after the next connection.
 */
export class Drafts {
  readonly #shelf: Shelf;
  readonly #tell: Tell;
  readonly #now: () => number;
  readonly #drafts = new Map<string, Draft>();
  readonly #owns = new Map<string, OwnChatView>();
  readonly #shelving: Timers = new Map();
  readonly #waiting: Timers = new Map();
  readonly #busy = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #ready = false;
  #closed = false;

  constructor(shelf: Shelf, tell: Tell, now: () => number) {
    this.#shelf = shelf;
    this.#tell = tell;
    this.#now = now;
    void this.#load();
  }

  /** Takes no more answers. What waits is on this device. */
  close(): void {
    for (const chat of this.#shelving.keys()) this.#shelve(chat);
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#closed = true;
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  of(chat: string): Draft {
    return this.#drafts.get(chat) ?? NO_DRAFT;
  }

  write(chat: string, text: string, replyTo: number | null): void {
    this.#put(chat, typed(this.of(chat), text, replyTo, this.#now()));
    this.#later(chat, limits.draftEveryMs);
  }

  sent(chat: string): void {
    this.#put(chat, over(this.of(chat)));
    this.flush(chat);
  }

  /** Waits no longer: the composer or the page is left. */
  flush(chat: string): void {
    this.#shelve(chat);
    void this.#say(chat);
  }

  /** The same for all chats: the page is left, or there is a connection again. */
  flushAll(): void {
    for (const chat of this.#drafts.keys()) this.flush(chat);
  }

  /** What the server keeps about a chat. An older answer than the last one changes nothing. */
  take(own: OwnChatView): void {
    if ((this.#owns.get(own.chat)?.version ?? 0) >= own.version) return;
    this.#owns.set(own.chat, own);
    if (this.#ready) this.#put(own.chat, taken(this.of(own.chat), own));
  }

  async #load(): Promise<void> {
    const kept = await this.#shelf.all().catch(() => new Map<string, Draft>());
    for (const [chat, draft] of kept) {
      // What was typed meanwhile is newer.
      const mine = this.of(chat);
      const { ended, endedThere, told, owed } = draft;
      this.#put(chat, mine === NO_DRAFT ? draft : { ...mine, ended, endedThere, told, owed });
    }
    this.#ready = true;
    for (const own of this.#owns.values()) this.#put(own.chat, taken(this.of(own.chat), own));
    for (const chat of this.#drafts.keys()) if (!this.#waiting.has(chat)) this.flush(chat);
  }

  #put(chat: string, draft: Draft): void {
    const before = this.of(chat);
    if (this.#closed || draft === before || alike(before, draft)) return;
    this.#drafts.set(chat, draft);
    if (!this.#shelving.has(chat)) {
      this.#shelving.set(
        chat,
        setTimeout(() => this.#shelve(chat), SHELF_MS),
      );
    }
    for (const listener of [...this.#listeners]) listener();
  }

  #shelve(chat: string): void {
    const timer = this.#shelving.get(chat);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#shelving.delete(chat);
    // A browser without a store still has the server.
    void this.#shelf.keep(chat, this.of(chat)).catch(() => undefined);
  }

  #later(chat: string, delay: number): void {
    clearTimeout(this.#waiting.get(chat));
    this.#waiting.set(
      chat,
      setTimeout(() => void this.#say(chat), delay),
    );
  }

  async #say(chat: string): Promise<void> {
    clearTimeout(this.#waiting.get(chat));
    this.#waiting.delete(chat);
    if (this.#busy.has(chat) || !this.#ready || this.#closed) return;
    const next = telling(this.of(chat));
    if (next === null) return;
    this.#busy.add(chat);
    if (next.kind === "keep") this.#put(chat, toldOf(this.of(chat)));
    let again = 0;
    try {
      this.take(await this.#tell(chat, next));
      // An answer of the same version says that nothing changed.
      const own = this.#owns.get(chat);
      if (own !== undefined) this.#put(chat, taken(this.of(chat), own));
      again = limits.draftEveryMs;
    } catch (error) {
      if (lasting(error)) this.#put(chat, refused(this.of(chat)));
      else again = AGAIN_MS;
    }
    this.#busy.delete(chat);
    const left = telling(this.of(chat));
    if (again === 0 || left === null) return;
    if (left.kind === "end" && again < AGAIN_MS) void this.#say(chat);
    else if (!this.#waiting.has(chat)) this.#later(chat, again);
  }
}

function alike(one: Draft, other: Draft): boolean {
  return (Object.keys(one) as (keyof Draft)[]).every((key) => one[key] === other[key]);
}

/** Whether the same would be refused again. */
function lasting(error: unknown): boolean {
  return (
    !(error instanceof RestError) ||
    ["forbidden", "not_found", "validation", "unreadable"].includes(error.code)
  );
}
