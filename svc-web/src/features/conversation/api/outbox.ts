import type { Mention, RejectCode } from "@/shared/contracts/generated";
import type { Change } from "@/features/conversation/model/messages";
import { dropOutbound, keepOutbound, outboxOf, type Outbound } from "@/shared/lib/store";
import { uuid7Maker } from "@/shared/lib/uuid7";
import type { Outgoing, RealtimeClient, Signal } from "@/shared/realtime/client";

export type Words = {
  body: string;
  replyTo: number | null;
  mentions: readonly Mention[];
  all: boolean;
  /** It was said in another chat before. */
  forwarded?: boolean;
};

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

  write(chat: string, words: Words): void {
    const frame: Outgoing = {
      t: "send",
      id: this.#nextId(),
      chat,
      body: words.body,
      ...(words.replyTo === null ? {} : { reply_to: words.replyTo }),
      ...named(words),
      ...(words.forwarded === true ? { forwarded: true } : {}),
    };
    this.#send(frame);
  }

  /** Edit, delete or react; the same care as for a message, in the same order. */
  change(chat: string, change: Change): void {
    const head = { id: this.#nextId(), chat, target: change.target };
    switch (change.kind) {
      case "edit":
        return this.#send({ t: "edit", ...head, body: change.body, ...named(change) });
      case "delete":
        return this.#send({ t: "delete", ...head });
      case "react":
        return this.#send({ t: "react", ...head, emoji: change.emoji, on: change.on });
    }
  }

  #send(frame: Outgoing): void {
    const message: Outbound = {
      id: frame.id,
      person: this.#person,
      chat: frame.chat,
      frame,
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
    this.#send({ ...message.frame, id: this.#nextId() });
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
      this.#client.send(message.frame);
    }
  }

  #hear(signal: Signal): void {
    if (signal.kind === "event") this.#forget(signal.record.id);
    if (signal.kind === "accepted") this.#forget(signal.id);
    if (signal.kind === "rejected") {
      const message = this.#messages.get(signal.id);
      if (message === undefined) return;
      if (message.frame.t !== "send") {
        // Nothing of it is shown any more, so there is nothing to decide about.
        this.#forget(signal.id);
        this.#tell({ kind: "rejected", id: signal.id, chat: message.chat, code: signal.code });
        return;
      }
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

function named(words: { mentions: readonly Mention[]; all: boolean }): {
  mentions?: Mention[];
  mention_all?: boolean;
} {
  return {
    ...(words.mentions.length === 0 ? {} : { mentions: [...words.mentions] }),
    ...(words.all ? { mention_all: true } : {}),
  };
}

function lockOf(tab: string): string {
  return `nexync.tab.${tab}`;
}
