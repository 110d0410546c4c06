import { backoff } from "@/shared/realtime/backoff";
import { Heads, type Head, type Step } from "@/shared/realtime/heads";
import { Link, type Wire } from "@/shared/realtime/link";
import { Marks, type Mark } from "@/shared/realtime/marks";
import { SendQueue, type Outgoing } from "@/shared/realtime/sendqueue";
import {
  closeCodes,
  limits,
  terminalCloseFrom,
  type Receipt,
  type RejectCode,
  type ServerFrame,
} from "@/shared/contracts/generated";

export type RealtimeState =
  | { kind: "idle" }
  | { kind: "connecting" }
  | { kind: "resuming" }
  | { kind: "live" }
  | { kind: "waiting"; delay: number; until: number }
  | { kind: "closed"; reason: "signed_out" | "refused" | "stopped" };

export type Signal =
  | { kind: "state"; state: RealtimeState }
  | Step
  | { kind: "reset"; stream: string; epoch: number; seq: number }
  | { kind: "gone"; stream: string; seq: number }
  | { kind: "typist"; chat: string; by: string }
  | { kind: "own_chat"; chat: string }
  | { kind: "read"; chat: string; seq: number; n: number | null }
  | { kind: "receipts"; chat: string; marks: Receipt[] }
  | { kind: "ack"; id: string }
  | { kind: "accepted"; id: string; stream: string; seq: number }
  | { kind: "rejected"; id: string; code: RejectCode };

export type RealtimeOptions = {
  open: () => Wire;
  /** Makes the session fresh. `false`: there is none any more. Throws when the server can't be asked. */
  revive: () => Promise<boolean>;
  random?: () => number;
};

const CHECK_HEADS = 64;
const CHECK_MS = 20_000;
/** Longer than one check and its answer: the line is dead although the browser hasn't noticed. */
const SILENCE_MS = 45_000;

/**
 * The socket without React: idle → connecting → resuming → live → waiting(delay) → closed(reason).
 *
 * Owns at most two links: the current one, and during a drain the next, which takes over once it has
 * resumed. What goes out to listeners is dense and in order for each stream (see Heads).
 */
export class RealtimeClient {
  readonly heads = new Heads();
  readonly #options: RealtimeOptions;
  readonly #listeners = new Set<(signal: Signal) => void>();
  readonly #queue: SendQueue;
  readonly #marks = new Marks((frame) => this.#current?.send(frame));
  #state: RealtimeState = { kind: "idle" };
  #current: Link | null = null;
  #next: Link | null = null;
  #attempt = 0;
  #limit: number = limits.unacknowledgedSends;
  #skew = 0;
  #looking: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #release: ReturnType<typeof setTimeout> | null = null;
  #checks: ReturnType<typeof setInterval> | null = null;

  constructor(options: RealtimeOptions) {
    this.#options = options;
    this.#queue = new SendQueue((message) => {
      if (this.#current !== null) this.#current.send(understood(message, this.#current));
    });
  }

  get state(): RealtimeState {
    return this.#state;
  }

  /** The server's clock in Unix milliseconds, as told by `welcome`; before that, our own. */
  readonly now = (): number => Date.now() + this.#skew;

  readonly listen = (listener: (signal: Signal) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    if (this.#state.kind === "idle") this.#connect();
  }

  stop(): void {
    this.#finish("stopped");
  }

  /** The network is back or the page is looked at again: don't wait for a timer. */
  nudge(): void {
    if (this.#state.kind === "waiting") this.#connect();
    else if (this.#state.kind === "live") this.#check();
  }

  /** Sends as soon as possible, and again after each reconnect, until the outcome is known. */
  send(message: Outgoing): void {
    this.#queue.add(message);
  }

  /** The chat that the page shows: who types there is told as `typist`. */
  look(chat: string | null): void {
    this.#looking = chat;
    this.#tellLooking();
  }

  /** The person types in that chat. Said by who calls often enough; lost without a connection. */
  typing(chat: string): void {
    if (this.#state.kind === "live" && this.#current?.takes("typing")) {
      this.#current.send({ t: "typing", chat });
    }
  }

  /** How far this device is in a chat; said until it is kept. */
  mark(chat: string, mark: Partial<Mark>): void {
    this.#marks.say(chat, mark);
  }

  /** The stream was read over REST up to here; what comes later follows on. */
  place(stream: string, epoch: number, seq: number): void {
    this.#emitAll(this.heads.place(stream, epoch, seq));
  }

  #connect(): void {
    this.#clear();
    this.#enter({ kind: "connecting" });
    this.#current = this.#link();
  }

  #link(): Link {
    const events = {
      frame: (link: Link, frame: ServerFrame) => this.#frame(link, frame),
      closed: (link: Link, code: number, welcomed: boolean) => this.#closed(link, code, welcomed),
    };
    return new Link(this.#options.open(), events, () => ({
      t: "resume",
      heads: this.heads.snapshot(limits.resumeHeads),
    }));
  }

  #frame(link: Link, frame: ServerFrame): void {
    switch (frame.t) {
      case "welcome":
        this.#skew = frame.time - Date.now();
        this.#limit = frame.max_unacknowledged;
        if (link === this.#current) this.#enter({ kind: "resuming" });
        return;
      case "resumed":
        return this.#resumed(link);
      case "event": {
        const { t: _, ...record } = frame;
        this.#settle(frame.id);
        return this.#step(link, frame.stream, { kind: "event", record });
      }
      case "skip": {
        const { t: _, ...skip } = frame;
        return this.#step(link, frame.stream, { kind: "skip", ...skip });
      }
      case "reset":
        return this.#reset(frame.stream, frame.epoch, frame.seq);
      case "gone":
        this.heads.drop(frame.stream);
        this.#marks.forget(frame.stream.slice(2));
        return this.#emit({ kind: "gone", stream: frame.stream, seq: frame.seq });
      case "typist":
        return this.#emit({ kind: "typist", chat: frame.chat, by: frame.by });
      case "own_chat":
        return this.#emit({ kind: "own_chat", chat: frame.chat });
      case "read":
        return this.#emit({ kind: "read", chat: frame.chat, seq: frame.seq, n: frame.n });
      case "marked":
        return this.#marks.marked(frame);
      case "receipts":
        return this.#emit({ kind: "receipts", chat: frame.chat, marks: frame.marks });
      case "ack":
        this.#queue.acked(frame.id);
        return this.#emit({ kind: "ack", id: frame.id });
      case "accepted":
        this.#settle(frame.id);
        return this.#emit({
          kind: "accepted",
          id: frame.id,
          stream: frame.stream,
          seq: frame.seq,
        });
      case "rejected":
        if (frame.time !== null) this.#skew = frame.time - Date.now();
        this.#settle(frame.id);
        return this.#emit({ kind: "rejected", id: frame.id, code: frame.code });
      case "retry":
        return this.#hold(frame.id, frame.after_ms);
      case "drain":
        if (link === this.#current && this.#next === null && this.#state.kind === "live") {
          this.#next = this.#link();
        }
        return;
      case "error":
        // A send that the gateway could not read has no other answer.
        if (frame.id !== null) {
          this.#settle(frame.id);
          this.#emit({ kind: "rejected", id: frame.id, code: "invalid" });
        }
        return;
      case "pong":
        return;
    }
  }

  #resumed(link: Link): void {
    link.settled();
    if (link === this.#next) {
      this.#current?.retire();
      this.#current = link;
      this.#next = null;
    }
    if (link !== this.#current) return;
    this.#attempt = 0;
    this.heads.forgetQuestions();
    this.#checks ??= setInterval(() => this.#check(), CHECK_MS);
    this.#enter({ kind: "live" });
    this.#queue.opened(this.#limit);
    if (link.takes("receipts")) this.#marks.opened();
    else this.#marks.closed();
    if (this.#looking !== null) this.#tellLooking();
  }

  #tellLooking(): void {
    if (this.#state.kind === "live" && this.#current?.takes("typing")) {
      this.#current.send({ t: "look", chat: this.#looking });
    }
  }

  #step(link: Link, stream: string, step: Step): void {
    const verdict = this.heads.take(stream, step);
    if (verdict.kind === "steps") this.#emitAll(verdict.steps);
    if (verdict.kind === "hole" && verdict.ask) {
      link.send({ t: "repair", stream, after: verdict.after });
    }
  }

  #reset(stream: string, epoch: number, seq: number): void {
    this.#emit({ kind: "reset", stream, epoch, seq });
    this.#emitAll(this.heads.place(stream, epoch, seq));
  }

  #hold(id: string, afterMs: number): void {
    this.#queue.hold(id);
    this.#release ??= setTimeout(() => {
      this.#release = null;
      this.#queue.release();
    }, afterMs);
  }

  #check(): void {
    const link = this.#current;
    if (link === null) return;
    if (link.silence > SILENCE_MS) return link.abandon();
    link.send({ t: "check", heads: this.heads.turn(CHECK_HEADS) });
  }

  #settle(id: string): void {
    this.#queue.settled(id);
  }

  #closed(link: Link, code: number, welcomed: boolean): void {
    if (link === this.#next) {
      // The current link is told again, or closed with 1012, when its time has come.
      this.#next = null;
      return;
    }
    if (link !== this.#current) return;
    this.#current = null;
    this.#queue.closed();
    this.#marks.closed();
    if (this.#next !== null) {
      this.#current = this.#next;
      this.#next = null;
      this.#enter({ kind: "resuming" });
    } else if (code >= terminalCloseFrom && code < 5000) {
      this.#finish(code === closeCodes.sessionEnded ? "signed_out" : "refused");
    } else {
      this.#comeBack(code === closeCodes.unauthenticated || !welcomed);
    }
  }

  #comeBack(askSession: boolean): void {
    const delay = backoff(this.#attempt++, this.#options.random);
    this.#clear();
    this.#enter({ kind: "waiting", delay, until: Date.now() + delay });
    this.#timer = setTimeout(() => {
      if (askSession) void this.#revive();
      else this.#connect();
    }, delay);
  }

  /** A handshake that failed says not why: ask the session first, it may be over. */
  async #revive(): Promise<void> {
    let alive = true;
    try {
      alive = await this.#options.revive();
    } catch {
      if (this.#state.kind === "waiting") this.#comeBack(true);
      return;
    }
    if (this.#state.kind !== "waiting") return;
    if (alive) this.#connect();
    else this.#finish("signed_out");
  }

  #finish(reason: "signed_out" | "refused" | "stopped"): void {
    this.#clear();
    this.#current?.retire();
    this.#next?.retire();
    this.#current = null;
    this.#next = null;
    this.#queue.closed();
    this.#marks.closed();
    this.#enter({ kind: "closed", reason });
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#release !== null) clearTimeout(this.#release);
    if (this.#checks !== null) clearInterval(this.#checks);
    this.#timer = null;
    this.#release = null;
    this.#checks = null;
  }

  #enter(state: RealtimeState): void {
    this.#state = state;
    this.#emit({ kind: "state", state });
  }

  #emitAll(steps: Step[]): void {
    for (const step of steps) this.#emit(step);
  }

  #emit(signal: Signal): void {
    for (const listener of [...this.#listeners]) listener(signal);
  }
}

/** A gateway of the last release refuses a field that it doesn't know: then the label stays behind. */
function understood(message: Outgoing, link: Link): Outgoing {
  if (message.t !== "send" || link.takes("forwarded")) return message;
  const { forwarded: _, ...rest } = message;
  return rest;
}

export type { Head, Outgoing, Step };
