import type { DeleteFrame, EditFrame, ReactFrame, SendFrame } from "@/shared/contracts/generated";

/** What is on its way and gets an outcome. `id` is a UUIDv7, so id order is sending order. */
export type Outgoing = SendFrame | EditFrame | DeleteFrame | ReactFrame;

type Entry = { id: string; message: Outgoing; phase: "queued" | "sent" | "acked" };

/**
 * What still has no outcome, oldest first.
 *
 * At most `limit` sends wait for their `ack`. A new socket knows nothing of the old one's promises, so
 * everything without an outcome goes out again with the same id; the server makes no double of it.
 * A `retry` holds the whole queue: letting younger messages pass would change their order.
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
    return this.#entries.length;
  }

  /** Puts a message in its place by id; a known id changes nothing. */
  add(message: Outgoing): void {
    if (this.#entries.some((entry) => entry.id === message.id)) return;
    const after = this.#entries.findIndex((entry) => entry.id > message.id);
    const entry: Entry = { id: message.id, message, phase: "queued" };
    this.#entries.splice(after < 0 ? this.#entries.length : after, 0, entry);
    this.#flush();
  }

  /** A socket is live: send everything without an outcome again. */
  opened(limit: number): void {
    this.#limit = limit;
    this.#open = true;
    this.#held = false;
    this.#requeue();
    this.#flush();
  }

  closed(): void {
    this.#open = false;
  }

  acked(id: string): void {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry) entry.phase = "acked";
    this.#flush();
  }

  /** The outcome came (its event, or its rejection): nothing more to do. */
  settled(id: string): void {
    const at = this.#entries.findIndex((entry) => entry.id === id);
    if (at >= 0) this.#entries.splice(at, 1);
    this.#flush();
  }

  /** The server did not take it. Nothing goes out until `release`. */
  hold(): void {
    this.#held = true;
  }

  /** Goes on after a hold, again from the oldest that is not acknowledged. */
  release(): void {
    this.#held = false;
    this.#requeue();
    this.#flush();
  }

  #requeue(): void {
    for (const entry of this.#entries) entry.phase = "queued";
  }

  #flush(): void {
    if (!this.#open || this.#held) return;
    let waiting = this.#entries.filter((entry) => entry.phase === "sent").length;
    for (const entry of this.#entries) {
      if (waiting >= this.#limit) return;
      if (entry.phase !== "queued") continue;
      entry.phase = "sent";
      waiting += 1;
      this.#transmit(entry.message);
    }
  }
}
