import {
  fold,
  opening,
  type Conversation,
  type Input,
} from "@/features/conversation/model/conversation";
import type { Outbox } from "@/features/conversation/api/outbox";
import { endpoints, limits, type TimelinePage } from "@/shared/contracts/generated";
import { call, RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import type { Outbound } from "@/shared/lib/store";
import { uuid7Time } from "@/shared/lib/uuid7";
import { backoff } from "@/shared/realtime/backoff";
import type { RealtimeClient, Signal } from "@/shared/realtime/client";

const TICK_MS = 30_000;

/**
 * Feeds one conversation: the socket's signals, the outbox and pages over REST go in, states come out.
 * All rules are in the model; here is only what talks to the world.
 */
export class ConversationDriver {
  readonly chat: string;
  readonly #client: RealtimeClient;
  readonly #readSeq: number;
  readonly #listeners = new Set<() => void>();
  readonly #abort = new AbortController();
  readonly #stops: (() => void)[];
  #state: Conversation;
  #reading = false;
  #attempt = 0;
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(chat: string, me: string, client: RealtimeClient, outbox: Outbox, readSeq: number) {
    this.chat = chat;
    this.#client = client;
    this.#readSeq = readSeq;
    this.#state = opening(chat, me, Date.now());
    for (const message of outbox.of(chat)) this.#written(message);
    const ticks = setInterval(() => this.dispatch({ kind: "tick", now: Date.now() }), TICK_MS);
    this.#stops = [
      client.listen((signal) => this.#hear(signal)),
      outbox.listen((change) => {
        if (change.kind === "written") {
          if (change.message.chat === chat) this.#written(change.message);
        } else if (change.chat === chat) {
          this.dispatch(change);
        }
      }),
      () => clearInterval(ticks),
    ];
    this.#drive();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): Conversation => this.#state;

  close(): void {
    this.#abort.abort();
    if (this.#again !== null) clearTimeout(this.#again);
    for (const stop of this.#stops) stop();
  }

  dispatch(input: Input): void {
    const next = fold(this.#state, input);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
    this.#drive();
  }

  /** Reads the page before the oldest; once at a time. */
  async older(): Promise<void> {
    const { before, older } = this.#state;
    if (before === null || older.kind === "loading") return;
    this.dispatch({ kind: "older_asked" });
    try {
      const page = await this.#read({ before, at_least: this.#state.asOf });
      this.dispatch({ kind: "older_page", page, before });
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.dispatch({ kind: "older_failed", words: errorWords(error) });
    }
  }

  #written(message: Outbound): void {
    const { id, body, rejected } = message;
    this.dispatch({ kind: "written", id, body, at: uuid7Time(id) });
    if (rejected !== null) this.dispatch({ kind: "rejected", id, code: rejected });
  }

  #hear(signal: Signal): void {
    const stream = `c:${this.chat}`;
    switch (signal.kind) {
      case "event":
        if (signal.record.stream === stream) this.dispatch(signal);
        return;
      case "skip":
      case "reset":
      case "gone":
        if (signal.stream === stream) this.dispatch(signal);
        return;
      case "ack":
      case "accepted":
        this.dispatch(signal);
        return;
      case "state":
        if (signal.state.kind === "live" && this.#state.wanted !== null) this.#soon(0);
        return;
      case "rejected":
        // Comes through the outbox, which keeps it.
        return;
    }
  }

  /** Reads the newest page as long as the model wants it. */
  #drive(): void {
    if (this.#state.wanted !== null && !this.#reading && this.#again === null) void this.#newest();
  }

  async #newest(): Promise<void> {
    this.#reading = true;
    let failed = false;
    try {
      const page = await this.#read({ at_least: this.#state.wanted ?? 0 });
      this.#attempt = 0;
      this.#reading = false;
      this.dispatch({ kind: "page", page, readSeq: this.#readSeq });
      this.#client.place(`c:${this.chat}`, page.epoch, page.as_of);
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      failed = isPassing(error);
      if (!failed) this.dispatch({ kind: "page_failed", words: errorWords(error) });
    } finally {
      this.#reading = false;
    }
    if (failed) this.#soon(backoff(this.#attempt++));
    else this.#drive();
  }

  #soon(delay: number): void {
    if (this.#again !== null) clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#again = null;
      this.#drive();
    }, delay);
  }

  #read(query: { before?: number; at_least: number }): Promise<TimelinePage> {
    return call(endpoints.timeline, {
      path: { chat: this.chat },
      query: { ...query, limit: limits.timelinePage },
      signal: this.#abort.signal,
    });
  }
}

/** Trying again later may help. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof RestError)) return false;
  return ["offline", "unavailable", "not_yet", "too_many", "internal"].includes(error.code);
}
