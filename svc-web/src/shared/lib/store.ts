import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { RejectCode } from "@/shared/contracts/generated";
import type { Outgoing } from "@/shared/realtime/sendqueue";

/** A frame that has no outcome yet, or a message that was rejected and waits for its sender's word. */
export type Outbound = {
  id: string;
  person: string;
  chat: string;
  frame: Outgoing;
  /** The tab that sends it. */
  tab: string;
  rejected: RejectCode | null;
};

type Schema = DBSchema & {
  outbox: { key: string; value: Outbound; indexes: { person: string } };
  drafts: { key: [person: string, chat: string]; value: string };
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

export async function draftOf(person: string, chat: string): Promise<string> {
  return (await (await database()).get("drafts", [person, chat])) ?? "";
}

export async function keepDraft(person: string, chat: string, text: string): Promise<void> {
  const db = await database();
  if (text === "") await db.delete("drafts", [person, chat]);
  else await db.put("drafts", text, [person, chat]);
}

/** A log-out leaves nothing of the person behind on this device. */
export async function forgetPerson(person: string): Promise<void> {
  const db = await database();
  for (const message of await outboxOf(person)) await db.delete("outbox", message.id);
  await db.delete("drafts", IDBKeyRange.bound([person, ""], [person, "\uffff"]));
}
