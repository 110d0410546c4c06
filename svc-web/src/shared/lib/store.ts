import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Attachment, RejectCode } from "@/shared/contracts/generated";
import { NO_DRAFT, telling, typed, type Draft } from "@/shared/lib/draft";
import type { Outgoing } from "@/shared/realtime/sendqueue";

/** A frame that has no outcome yet, or a message that was rejected and waits for its sender's word. */
export type Outbound = {
  id: string;
  person: string;
  chat: string;
  frame: Outgoing;
  /** What is known of the files that the frame names. What an older page wrote has none. */
  files?: readonly Attachment[];
  /** The tab that sends it. */
  tab: string;
  rejected: RejectCode | null;
};

const ALL = "draft";
const FILES = "files";

/** Files of the next message of a chat that the server has. */
type Chosen = { files: readonly Attachment[] };

type Schema = DBSchema & {
  outbox: { key: string; value: Outbound; indexes: { person: string } };
  /** The text, as older pages have it, and under longer keys all of the draft, and its files. */
  drafts: {
    key:
      | [person: string, chat: string]
      | [person: string, chat: string, part: typeof ALL | typeof FILES];
    value: string | Draft | Chosen;
  };
};

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>("nexync", 1, {
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "id" }).createIndex("person", "person");
      db.createObjectStore("drafts");
    },
  });
  return opened;
}

/** Everything the person has not seen through, oldest first (ids are UUIDv7). */
export async function outboxOf(person: string): Promise<Outbound[]> {
  const all = await (await database()).getAllFromIndex("outbox", "person", person);
  // What an older page wrote has no frame.
  return all.filter((one) => (one as Partial<Outbound>).frame !== undefined);
}

export async function keepOutbound(message: Outbound): Promise<void> {
  await (await database()).put("outbox", message);
}

export async function dropOutbound(id: string): Promise<void> {
  await (await database()).delete("outbox", id);
}

/** Every draft of the person on this device. `now` (Unix ms) begins those that an older page has written. */
export async function draftsOf(person: string, now: number): Promise<Map<string, Draft>> {
  const { store } = (await database()).transaction("drafts");
  const [keys, values] = await Promise.all([
    store.getAllKeys(draftsRange(person)),
    store.getAll(draftsRange(person)),
  ]);
  const texts = new Map<string, string>();
  const drafts = new Map<string, Draft>();
  for (const [index, [, chat]] of keys.entries()) {
    const value = values[index];
    if (typeof value === "string") texts.set(chat, value);
    else if (value !== undefined && !("files" in value))
      drafts.set(chat, { ...NO_DRAFT, ...value });
  }
  for (const chat of new Set([...texts.keys(), ...drafts.keys()])) {
    const known = drafts.get(chat) ?? NO_DRAFT;
    const draft = typed(known, texts.get(chat) ?? "", known.replyTo, now);
    // When an older page wrote it is not known, so it gives way to what another device keeps.
    drafts.set(chat, drafts.has(chat) ? draft : { ...draft, at: 1 });
  }
  return drafts;
}

export async function keepDraft(person: string, chat: string, draft: Draft): Promise<void> {
  const { store, done } = (await database()).transaction("drafts", "readwrite");
  const nothing = draft.text === "" && telling(draft) === null;
  await Promise.all([
    draft.text === "" ? store.delete([person, chat]) : store.put(draft.text, [person, chat]),
    nothing ? store.delete([person, chat, ALL]) : store.put(draft, [person, chat, ALL]),
    done,
  ]);
}

/** The ready files of the next message of each chat on this device. */
export async function chosenOf(person: string): Promise<Map<string, readonly Attachment[]>> {
  const { store } = (await database()).transaction("drafts");
  const [keys, values] = await Promise.all([
    store.getAllKeys(draftsRange(person)),
    store.getAll(draftsRange(person)),
  ]);
  const chosen = new Map<string, readonly Attachment[]>();
  for (const [index, [, chat]] of keys.entries()) {
    const value = values[index];
    if (typeof value === "object" && "files" in value) chosen.set(chat, value.files);
  }
  return chosen;
}

export async function keepChosen(
  person: string,
  chat: string,
  files: readonly Attachment[],
): Promise<void> {
  const { store, done } = (await database()).transaction("drafts", "readwrite");
  const key: [string, string, typeof FILES] = [person, chat, FILES];
  await Promise.all([files.length === 0 ? store.delete(key) : store.put({ files }, key), done]);
}

function draftsRange(person: string): IDBKeyRange {
  return IDBKeyRange.bound([person, ""], [person, "\uffff"]);
}

/** A log-out leaves nothing of the person behind on this device. */
export async function forgetPerson(person: string): Promise<void> {
  const db = await database();
  for (const message of await outboxOf(person)) await db.delete("outbox", message.id);
  await db.delete("drafts", draftsRange(person));
}
