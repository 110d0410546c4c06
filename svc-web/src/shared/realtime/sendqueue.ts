import type { DeleteFrame, EditFrame, ReactFrame, SendFrame } from "@/shared/contracts/generated";

/** What is on its way and gets an outcome. `id` is a UUIDv7, so id order is sending order. */
export type Outgoing = SendFrame | EditFrame | DeleteFrame | ReactFrame;

/** `over`: the outcome is known, but not yet whether the socket's gateway took it. */
type Entry = { id: string; message: Outgoing; phase: "queued" | "sent" | "acked"; over: boolean };

/**
 * What still has no outcome, oldest first.
 *
 * At most `limit` sends wait for their `ack`. A new socket knows nothing of the old one's promises, so
 * everything without an outcome goes out again with the same id; the server makes no double of it.
 * A `retry` holds the whole queue: letting younger messages pass would change their order. What was refused
 * goes out again even when its outcome has come from elsewhere: its gateway lets nothing pass before.
 */
export class SendQueue {
  readonly #entries: Entry[] = [];
  readonly #transmit: (message: Outgoing) => void;
  #limit: number;
  #open = false;
  #held = false;

  constructor(transmit: (message: Outgoing) => void, limit = 32) {
    this.#transmit = transmit;
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.filter((entry) => !entry.over).length;
  }

  /** Puts a message in its place by id; a known id changes nothing. */
  add(message: Outgoing): void {
    if (this.#entries.some((entry) => entry.id === message.id)) return;
    const after = this.#entries.findIndex((entry) => entry.id > message.id);
    const entry: Entry = { id: message.id, message, phase: "queued", over: false };
    this.#entries.splice(after < 0 ? this.#entries.length : after, 0, entry);
    this.#flush();
  }

  /** A socket is live: send everything without an outcome again. */
  opened(limit: number): void {
    this.#limit = limit;
    this.#open = true;
    this.#held = false;
    for (const entry of this.#entries.filter((one) => one.over)) this.#drop(entry);
    this.#requeue();
    this.#flush();
  }

  closed(): void {
    this.#open = false;
  }

  acked(id: string): void {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry?.over === true) this.#drop(entry);
    else if (entry !== undefined) entry.phase = "acked";
    this.#flush();
  }

  /** The outcome came (its event, or its rejection): nothing more to do. */
  settled(id: string): void {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry?.phase === "sent") entry.over = true;
    else if (entry !== undefined) this.#drop(entry);
    this.#flush();
  }

  /** The server did not take this one. Nothing goes out until `release`. */
  hold(id: string): void {
    this.#held = true;
    const entry = this.#entries.find((one) => one.id === id);
    if (entry !== undefined) entry.phase = "queued";
  }

  /** Goes on after a hold, again from the oldest that is not acknowledged. */
  release(): void {
    this.#held = false;
    this.#requeue();
    this.#flush();
  }

  #requeue(): void {
    for (const entry of this.#entries) if (!entry.over) entry.phase = "queued";
  }

  #drop(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  #flush(): void {
    if (!this.#open || this.#held) return;
    let waiting = this.#entries.filter((entry) => entry.phase === "sent" && !entry.over).length;
    for (const entry of this.#entries) {
      if (waiting >= this.#limit) return;
      if (entry.phase !== "queued") continue;
      entry.phase = "sent";
      waiting += 1;
      this.#transmit(entry.message);
    }
  }
}
