import { fold, type Input } from "@/features/conversation/model/conversation";
import { opening, type Conversation } from "@/features/conversation/model/state";
import type { Change } from "@/features/conversation/model/messages";
import type { Outbox, Packing } from "@/features/conversation/api/outbox";
import { unknownQuotes } from "@/features/conversation/model/rows";
import { endpoints, limits, type Quote, type TimelinePage } from "@/shared/contracts/generated";
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
  readonly #quoted = new Set<number>();
  #reading = false;
  #attempt = 0;
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(chat: string, me: string, client: RealtimeClient, outbox: Outbox, readSeq: number) {
    this.chat = chat;
    this.#client = client;
    this.#readSeq = readSeq;
    this.#state = opening(chat, me, Date.now());
    for (const message of outbox.packingOf(chat)) this.#packing(message);
    for (const message of outbox.of(chat)) this.#written(message);
    const ticks = setInterval(() => this.dispatch({ kind: "tick", now: Date.now() }), TICK_MS);
    this.#stops = [
      client.listen((signal) => this.#hear(signal)),
      outbox.listen((change) => {
        if (change.kind === "written") {
          if (change.message.chat === chat) this.#written(change.message);
        } else if (change.kind === "packing") {
          if (change.message.chat === chat) this.#packing(change.message);
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

  /** Reads the page after the newest record of a page from the middle; once at a time. */
  async newer(): Promise<void> {
    const { after, newer } = this.#state;
    if (after === null || newer.kind === "loading") return;
    this.dispatch({ kind: "newer_asked" });
    try {
      const page = await this.#read({ after, at_least: this.#state.asOf });
      this.dispatch({ kind: "newer_page", page, after });
      if (page.after === null) this.#client.place(`c:${this.chat}`, page.epoch, page.as_of);
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.dispatch({ kind: "newer_failed", words: errorWords(error) });
    }
  }

  /** Shows one message; reads the page around it when it isn't loaded. False when it is not there. */
  async show(seq: number): Promise<boolean> {
    if (this.#state.records.some((record) => record.seq === seq)) {
      this.dispatch({ kind: "jump", seq });
      return true;
    }
    this.#reading = true;
    try {
      const page = await this.#read({ around: seq, at_least: this.#state.asOf });
      if (!page.items.some((item) => item.seq === seq)) return false;
      this.#reading = false;
      this.dispatch({ kind: "around_page", page, seq, readSeq: this.#readSeq });
      this.#client.place(`c:${this.chat}`, page.epoch, page.as_of);
      return true;
    } catch {
      return false;
    } finally {
      this.#reading = false;
      this.#drive();
    }
  }

  /** Back to the newest messages from a page in the middle. */
  newest(): void {
    if (this.#state.after !== null) this.dispatch({ kind: "reopen" });
  }

  async #quotes(): Promise<void> {
    for (const seq of unknownQuotes(this.#state)) {
      if (this.#quoted.has(seq)) continue;
      this.#quoted.add(seq);
      const quote = await this.#quote(seq).catch(() => null);
      if (this.#abort.signal.aborted) return;
      this.dispatch({ kind: "quoted", seq, quote });
    }
  }

  async #quote(seq: number): Promise<Quote | null> {
    const page = await this.#read({ after: seq - 1, before: seq + 1, at_least: 0 });
    const item = page.items.find((one) => one.seq === seq);
    if (item?.event.tag !== "message.created") return null;
    const deleted = page.states.some((one) => one.seq === seq && one.deleted);
    const { attachments, body, hook } = item.event;
    const beginning = body.slice(0, limits.quoteChars);
    return { seq, by: item.by, at: item.at, body: beginning, deleted, attachments, hook };
  }

  #packing({ id, words }: Packing): void {
    const { body, replyTo, forwarded = false } = words;
    this.dispatch({ kind: "packing", id, body, replyTo, forwarded, at: uuid7Time(id) });
  }

  #written(message: Outbound): void {
    const { id, frame, rejected, files = [] } = message;
    const at = uuid7Time(id);
    if (frame.t === "send") {
      const { body, reply_to: replyTo = null, forwarded = false } = frame;
      this.dispatch({ kind: "written", id, body, replyTo, forwarded, files, at });
    } else {
      this.dispatch({ kind: "asked", id, change: changeOfFrame(frame), at });
    }
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
      case "rejected": // Comes through the outbox, which keeps it.
      case "typist":
      case "own_chat":
      case "read":
      case "receipts":
        return;
    }
  }

  /** Reads the newest page as long as the model wants it. */
  #drive(): void {
    if (this.#state.wanted !== null && !this.#reading && this.#again === null) void this.#newest();
    void this.#quotes();
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

  #read(query: {
    before?: number;
    after?: number;
    around?: number;
    at_least: number;
  }): Promise<TimelinePage> {
    return call(endpoints.timeline, {
      path: { chat: this.chat },
      query: { ...query, limit: limits.timelinePage },
      signal: this.#abort.signal,
    });
  }
}

function changeOfFrame(frame: Exclude<Outbound["frame"], { t: "send" }>): Change {
  switch (frame.t) {
    case "edit": {
      const { target, body, mentions = [], mention_all: all = false } = frame;
      return { kind: "edit", target, body, mentions, all };
    }
    case "delete":
      return { kind: "delete", target: frame.target };
    case "react":
      return { kind: "react", target: frame.target, emoji: frame.emoji, on: frame.on ?? true };
  }
}

/** Trying again later may help. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof RestError)) return false;
  return ["offline", "unavailable", "not_yet", "too_many", "too_fast", "internal"].includes(
    error.code,
  );
}
