import type { Attachment, Mention, RejectCode } from "@/shared/contracts/generated";
import { UploadList } from "@/features/conversation/api/uploads";
import type { Change } from "@/features/conversation/model/messages";
import {
  chosenOf,
  dropOutbound,
  keepChosen,
  keepOutbound,
  outboxOf,
  type Outbound,
} from "@/shared/lib/store";
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

/** A message whose files are not all there yet: it is sent when they are. */
export type Packing = { id: string; chat: string; words: Words; uploads: UploadList };

export type OutboxChange =
  | { kind: "packing"; message: Packing }
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
  /** By the message's id; they live as long as the tab, like the files that were chosen in it. */
  readonly #packing = new Map<string, Packing & { stop: () => void }>();
  #copying: UploadList | null = null;
  /** The files of the next message of each chat: they stay while one looks at another. */
  readonly #next = new Map<string, UploadList>();
  /** Whether this device keeps what is ready of them over a reload. */
  #keeps = true;
  #closed = false;
  readonly #listeners = new Set<(change: OutboxChange) => void>();
  readonly #stop: () => void;
  #leave: () => void = () => undefined;

  constructor(client: RealtimeClient, person: string) {
    this.#client = client;
    this.#person = person;
    this.#nextId = uuid7Maker(client.now);
    this.#stop = client.listen((signal) => this.#hear(signal));
    void this.#adopt();
    void this.#restore();
  }

  close(): void {
    this.#stop();
    this.#leave();
    for (const one of this.#packing.values()) {
      one.stop();
      one.uploads.close();
    }
    this.#closed = true;
    for (const uploads of this.#next.values()) uploads.leave();
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

  /** Everything of one chat that waits for its files. */
  packingOf(chat: string): Packing[] {
    return [...this.#packing.values()].filter((message) => message.chat === chat);
  }

  /** The files of a message that waits for them. */
  filesOf(id: string): UploadList | null {
    return this.#packing.get(id)?.uploads ?? null;
  }

  /** Leaving the page now would lose files. */
  get unsent(): boolean {
    const chosen = [...this.#next.values()].some(
      (uploads) => uploads.current().length > (this.#keeps ? uploads.lasting().length : 0),
    );
    return chosen || this.#packing.size > 0;
  }

  /** The files of the chat's next message. */
  next(chat: string): UploadList {
    const known = this.#next.get(chat);
    if (known !== undefined) return known;
    const uploads = new UploadList();
    this.#next.set(chat, uploads);
    let before = "[]";
    uploads.subscribe(() => {
      if (this.#closed || this.#next.get(chat) !== uploads) return;
      const files = uploads.lasting();
      const now = JSON.stringify(files);
      if (now === before) return;
      before = now;
      this.#keep(chat, files);
    });
    return uploads;
  }

  #keep(chat: string, files: readonly Attachment[]): void {
    keepChosen(this.#person, chat, files).catch(() => (this.#keeps = false));
  }

  /** Files that were ready when a page was left stand at the next message again. */
  async #restore(): Promise<void> {
    try {
      for (const [chat, files] of await chosenOf(this.#person)) {
        if (!this.#closed) this.next(chat).restore(files);
      }
    } catch {
      this.#keeps = false;
    }
  }

  /** Sends the text with what was chosen for this chat, as soon as all of it is there. */
  write(chat: string, words: Words): void {
    const uploads = this.#next.get(chat);
    if (uploads === undefined || uploads.current().length === 0) {
      this.#send(frameOf(this.#nextId(), chat, words, []));
    } else {
      this.#next.delete(chat);
      this.#keep(chat, []);
      this.#pack(chat, words, uploads);
    }
  }

  /** What was chosen for this chat goes with a message that the server sends later. */
  given(chat: string): void {
    this.#next.get(chat)?.given();
  }

  /** Says in another chat what a message says, with files of one's own that are copies of its files. */
  forward(
    chat: string,
    words: Words,
    from: { chat: string; message: number },
    files: readonly Attachment[],
  ): void {
    if (files.length === 0) {
      this.#send(frameOf(this.#nextId(), chat, words, []));
      return;
    }
    const uploads = new UploadList(true);
    uploads.copy(from, files);
    this.#pack(chat, words, uploads);
    this.#copyNext();
  }

  /** One chat after the other: only so many files may wait to be sent. */
  #copyNext(): void {
    const lists = [...this.#packing.values()].map((one) => one.uploads);
    const now = this.#copying;
    if (now !== null && lists.includes(now) && now.busy) return;
    this.#copying = lists.find((one) => one.held) ?? null;
    this.#copying?.letGo();
  }

  #pack(chat: string, words: Words, uploads: UploadList): void {
    const id = this.#nextId();
    const look = (): void => {
      const one = this.#packing.get(id);
      if (one === undefined) return;
      const files = uploads.carried();
      if (files === null) {
        if (!uploads.busy && !uploads.held) this.#copyNext();
        return;
      }
      one.stop();
      this.#packing.delete(id);
      this.#copyNext();
      if (files.length === 0 && words.body === "") this.#tell({ kind: "discarded", id, chat });
      else this.#send(frameOf(id, chat, words, files), files);
    };
    const message = { id, chat, words, uploads };
    this.#packing.set(id, { ...message, stop: uploads.subscribe(look) });
    this.#tell({ kind: "packing", message });
    look();
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

  #send(frame: Outgoing, files: readonly Attachment[] = []): void {
    const message: Outbound = {
      id: frame.id,
      person: this.#person,
      chat: frame.chat,
      frame,
      files,
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
    this.#send({ ...message.frame, id: this.#nextId() }, message.files);
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

function frameOf(id: string, chat: string, words: Words, files: readonly Attachment[]): Outgoing {
  return {
    t: "send",
    id,
    chat,
    body: words.body,
    ...(files.length === 0 ? {} : { files: files.map((file) => file.id) }),
    ...(words.replyTo === null ? {} : { reply_to: words.replyTo }),
    ...named(words),
    ...(words.forwarded === true ? { forwarded: true } : {}),
  };
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
