import { describe, expect, it } from "vitest";
import { fold } from "@/features/conversation/model/conversation";
import { opening } from "@/features/conversation/model/state";
import { rows, type MessageRow } from "@/features/conversation/model/rows";
import type { EventRecord } from "@/shared/contracts/generated";
import { said, saidIn } from "@/shared/lib/said";

const NOON = new Date(2026, 0, 15, 12).getTime();
const MINUTE = 60_000;

function record(seq: number, by: string, at: number): EventRecord {
  const event = said("hi");
  return { stream: "c:chat", epoch: 1, seq, n: seq, at, id: `id-${seq}`, by, event };
}

function open(items: EventRecord[], readSeq = 0) {
  const as_of = items.at(-1)?.seq ?? 0;
  const page = {
    chat: "chat",
    epoch: 1,
    as_of,
    items,
    before: null,
    after: null,
    states: [],
    quotes: [],
    first_seq: 1,
    kept_from: null,
  };
  return fold(opening("chat", "me", NOON), { kind: "page", page, readSeq });
}

const shape = (row: MessageRow): [boolean, boolean] => [row.first, row.last];
const messages = (state: ReturnType<typeof open>): MessageRow[] =>
  rows(state).filter((row) => row.kind === "message");

describe("rows", () => {
  it("says from when on messages are kept, at the beginning alone", () => {
    const state = open([record(5, "anna", NOON)]);
    const begun = { ...state, keptFrom: NOON };
    expect(rows(state).map((row) => row.kind)).toEqual(["day", "message"]);
    expect(rows(begun).map((row) => row.kind)).toEqual(["beginning", "day", "message"]);
    expect(rows({ ...begun, before: 3 }).map((row) => row.kind)).toEqual(["day", "message"]);
  });

  it("groups one sender within five minutes", () => {
    const state = open([
      record(1, "anna", NOON),
      record(2, "anna", NOON + MINUTE),
      record(3, "bo", NOON + 2 * MINUTE),
      record(4, "bo", NOON + 8 * MINUTE),
    ]);
    expect(messages(state).map(shape)).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it("says of a forwarded message that it is one, before and after it has its number", () => {
    const event = { ...said("hi"), forwarded: true };
    const state = open([{ ...record(1, "anna", NOON), event }]);
    const words = { id: "id-2", body: "hi", forwarded: true, at: NOON };
    const written = fold(state, { kind: "written", ...words });
    expect(messages(written).map((row) => row.forwarded)).toEqual([true, true]);
  });

  it("shows the files of a message, and of a deleted one none", () => {
    const file = {
      id: "file-1",
      kind: "file" as const,
      name: "notes.txt",
      type: "text/plain",
      size: 12,
      width: null,
      height: null,
      blur: null,
      animated: false,
      alt: null,
    };
    const event = { ...said(""), attachments: [file] };
    const state = open([{ ...record(1, "me", NOON), event }]);
    expect(messages(state).map((row) => row.files)).toEqual([[file]]);
    expect(saidIn(event)).toBe("notes.txt");
    expect(saidIn({ ...event, attachments: [file, file] })).toBe("2 files");
    const gone = {
      ...record(2, "me", NOON),
      event: { tag: "message.deleted" as const, target: 1, hidden: false },
    };
    const deleted = fold(state, { kind: "event", record: gone });
    expect(messages(deleted).map((row) => row.files)).toEqual([[]]);
  });

  it("shows what a program said for the reader as the program's, and as new", () => {
    const program = { ...record(3, "me", NOON), event: { ...said("red"), hook: "Build" } };
    const state = open([record(1, "anna", NOON), record(2, "me", NOON), program], 1);
    expect(messages(state).map(({ own, hook, first }) => [own, hook, first])).toEqual([
      [false, null, true],
      [true, null, true],
      [false, "Build", true],
    ]);
    expect(rows(state).map((row) => row.kind)).toEqual([
      "day",
      "message",
      "message",
      "new",
      "message",
    ]);
  });

  it("puts a chip between days", () => {
    const day = 24 * 60 * MINUTE;
    const state = open([record(1, "anna", NOON - day), record(2, "anna", NOON)]);
    const labels = rows(state).flatMap((row) => (row.kind === "day" ? [row.label] : []));
    expect(labels).toEqual(["Yesterday", "Today"]);
  });

  it("draws the New line once, before the first message of another after the read mark", () => {
    const state = open(
      [
        record(1, "anna", NOON),
        record(2, "me", NOON),
        record(3, "anna", NOON),
        record(4, "bo", NOON),
      ],
      1,
    );
    expect(rows(state).map((row) => row.key)).toEqual([
      expect.stringContaining("day"),
      "id-1",
      "id-2",
      "new",
      "id-3",
      "id-4",
    ]);
  });

  it("keeps the key of a message when its event comes", () => {
    let state = open([record(1, "anna", NOON)]);
    state = fold(state, { kind: "written", id: "id-2", body: "hi", at: NOON });
    const before = rows(state).map((row) => row.key);
    state = fold(state, { kind: "event", record: record(2, "me", NOON) });
    expect(rows(state).map((row) => row.key)).toEqual(before);
  });
});
