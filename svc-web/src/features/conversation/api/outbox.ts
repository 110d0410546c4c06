import type { RejectCode } from "@/shared/contracts/generated";
import { dropOutbound, keepOutbound, outboxOf, type Outbound } from "@/shared/lib/store";
import { uuid7Maker } from "@/shared/lib/uuid7";
import type { RealtimeClient, Signal } from "@/shared/realtime/client";

export type OutboxChange =
  | { kind: "written"; message: Outbound }
  | { kind: "rejected"; id: string; chat: string; code: RejectCode }
  | { kind: "discarded"; id: string; chat: string };

/**
 * Own messages from the moment they are written until their outcome is known, over reloads and lost
 * connections. Each tab sends its own; what a closed tab left behind is taken over by the next that
 * opens. An id is never given out twice, so a resend makes no double.
 */
export class Outbox {
  readonly #client: RealtimeClient;
  readonly #person: string;
  readonly #tab = crypto.randomUUID();
  readonly #nextId: () => string;
  readonly #messages = new Map<string, Outbound>();
  readonly #listeners = new Set<(change: OutboxChange) => void>();
  readonly #stop: () => void;
  #leave: () => void = () => undefined;

  constructor(client: RealtimeClient, person: string) {
    this.#client = client;
    this.#person = person;
    this.#nextId = uuid7Maker(client.now);
    this.#stop = client.listen((signal) => this.#hear(signal));
    void this.#adopt();
  }

  close(): void {
    this.#stop();
    this.#leave();
  }

  listen(listener: (change: OutboxChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything of one chat that has no event yet, oldest first. */
  of(chat: string): Outbound[] {
    return [...this.#messages.values()]
      .filter((message) => message.chat === chat)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  write(chat: string, body: string): void {
    const message: Outbound = {
      id: this.#nextId(),
      person: this.#person,
      chat,
      body,
      tab: this.#tab,
      rejected: null,
    };
    this.#take(message);
    // Without a store (a private window may have none) the message lives as long as the tab.
    void keepOutbound(message).catch(() => undefined);
  }

  /** A rejection is for ever, so another try is another message. */
  tryAgain(id: string): void {
    const message = this.#messages.get(id);
    if (message?.rejected == null) return;
    this.discard(id);
    this.write(message.chat, message.body);
  }

  discard(id: string): void {
    const message = this.#messages.get(id);
    if (message === undefined) return;
    this.#forget(id);
    this.#tell({ kind: "discarded", id, chat: message.chat });
  }

  /** Takes over what no living tab sends. */
  async #adopt(): Promise<void> {
    const held = new Promise<void>((leave) => {
      this.#leave = leave;
    });
    void navigator.locks.request(lockOf(this.#tab), () => held);
    try {
      const { held: living = [] } = await navigator.locks.query();
      const tabs = new Set(living.map((lock) => lock.name));
      for (const message of await outboxOf(this.#person)) {
        if (this.#messages.has(message.id) || tabs.has(lockOf(message.tab))) continue;
        const mine = { ...message, tab: this.#tab };
        await keepOutbound(mine);
        this.#take(mine);
      }
    } catch {
      // No store, nothing left behind.
    }
  }

  #take(message: Outbound): void {
    this.#messages.set(message.id, message);
    this.#tell({ kind: "written", message });
    if (message.rejected === null) {
      this.#client.send({ id: message.id, chat: message.chat, body: message.body });
    }
  }

  #hear(signal: Signal): void {
    if (signal.kind === "event") this.#forget(signal.record.id);
    if (signal.kind === "accepted") this.#forget(signal.id);
    if (signal.kind === "rejected") {
      const message = this.#messages.get(signal.id);
      if (message === undefined) return;
      const rejected = { ...message, rejected: signal.code };
      this.#messages.set(signal.id, rejected);
      void keepOutbound(rejected).catch(() => undefined);
      this.#tell({ kind: "rejected", id: signal.id, chat: message.chat, code: signal.code });
    }
  }

  #forget(id: string): void {
    if (this.#messages.delete(id)) void dropOutbound(id).catch(() => undefined);
  }

  #tell(change: OutboxChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function lockOf(tab: string): string {
  return `nexync.tab.${tab}`;
}
