import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "@/features/conversation/model/conversation";
import { opening, type Conversation } from "@/features/conversation/model/state";
import { rows, type MessageRow } from "@/features/conversation/model/rows";
import type { EventRecord, MessageState, TimelinePage } from "@/shared/contracts/generated";
import { said } from "@/shared/lib/said";

type Event = EventRecord["event"];

const PEOPLE = ["me", "anna", "bo"];

function record(seq: number, by: string, event: Event): EventRecord {
  return { stream: "c:chat", epoch: 1, seq, n: seq, at: seq * 1000, id: `id-${seq}`, by, event };
}

const edited = (target: number, body: string): Event => ({
  tag: "message.edited",
  target,
  body,
  mentions: [],
  mention_all: false,
  hidden: false,
});
const deleted = (target: number): Event => ({ tag: "message.deleted", target, hidden: false });
const reacted = (target: number, emoji: string, on: boolean): Event => ({
  tag: "message.reacted",
  target,
  emoji,
  on,
  hidden: false,
});

/** The server's page by the definition: each message after all its events up to `asOf`. */
function pageOf(log: readonly EventRecord[], asOf: number, from = 1, to = asOf): TimelinePage {
  const seen = log.filter((one) => one.seq <= asOf);
  const states: MessageState[] = [];
  const items = seen
    .filter((one) => one.event.tag === "message.created" && one.seq >= from && one.seq <= to)
    .map((one) => {
      const state = stateOf(seen, one.seq);
      if (state === null) return one;
      states.push(state.state);
      return { ...one, event: said(state.body) };
    });
  const more = seen.some((one) => one.seq < from && one.event.tag === "message.created");
  const later = seen.some((one) => one.seq > to && one.event.tag === "message.created");
  return {
    chat: "chat",
    epoch: 1,
    as_of: asOf,
    items,
    states,
    quotes: [],
    first_seq: 1,
    kept_from: null,
    before: more ? from : null,
    after: later ? to : null,
  };
}

function stateOf(
  log: readonly EventRecord[],
  seq: number,
): { state: MessageState; body: string } | null {
  const created = log.find((one) => one.seq === seq)?.event;
  let body = created?.tag === "message.created" ? created.body : "";
  let at: EventRecord | null = null;
  let by: string | null = null;
  let touched = false;
  const people = new Map<string, string[]>();
  for (const one of log) {
    const { event } = one;
    if (!("target" in event) || event.target !== seq || by !== null) continue;
    touched = true;
    if (event.tag === "message.edited") {
      body = event.body;
      at = one;
    } else if (event.tag === "message.deleted") {
      by = one.by;
    } else if (event.tag === "message.reacted") {
      const has = (people.get(event.emoji) ?? []).filter((person) => person !== one.by);
      const had = (people.get(event.emoji) ?? []).includes(one.by);
      if (event.on && had) continue;
      const next = event.on ? [...has, one.by] : has;
      if (event.on && people.get(event.emoji) === undefined) people.set(event.emoji, next);
      else if (next.length === 0) people.delete(event.emoji);
      else people.set(event.emoji, next);
    }
  }
  if (!touched) return null;
  const gone = by !== null;
  const reactions = [...people].map(([emoji, who]) => ({ emoji, count: who.length, people: who }));
  const state: MessageState = {
    seq,
    edited_seq: gone ? null : (at?.seq ?? null),
    edited_at: gone ? null : (at?.at ?? null),
    deleted: gone,
    deleted_by: by,
    reactions: gone ? [] : reactions,
  };
  return { state, body: gone ? "" : body };
}

function messages(state: Conversation): MessageRow[] {
  return rows(state).filter((row): row is MessageRow => row.kind === "message");
}

/** What is shown of each message, without the order in which reactions came up. */
function shown(state: Conversation) {
  return messages(state).map(({ seq, body, now }) => ({
    seq,
    body,
    edited: now.edited?.seq ?? null,
    deleted: now.deleted,
    by: now.deletedBy,
    reactions: Object.fromEntries(now.reactions.map((one) => [one.emoji, [...one.people].sort()])),
  }));
}

const opened = (page: TimelinePage): Conversation =>
  fold(opening("chat", "me", 0), { kind: "page", page, readSeq: 0 });

const happening = fc.record({
  by: fc.constantFrom(...PEOPLE),
  target: fc.integer({ min: 1, max: 4 }),
  what: fc.constantFrom("edit", "edit", "on", "on", "off", "delete", "say"),
  emoji: fc.constantFrom("👍", "🎉"),
});

describe("changes of messages", () => {
  it("make the same of a page and of events on top of an older page", () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 40 }),
        fc.nat(40),
        fc.nat(4),
        (happened, cut, from) => {
          const log = [1, 2, 3, 4].map((seq) => record(seq, "anna", said(`body ${seq}`)));
          for (const one of happened) {
            const seq = log.length + 1;
            const event =
              one.what === "say"
                ? said(`body ${seq}`)
                : one.what === "edit"
                  ? edited(one.target, `edit ${seq}`)
                  : one.what === "delete"
                    ? deleted(one.target)
                    : reacted(one.target, one.emoji, one.what === "on");
            log.push(record(seq, one.by, event));
          }
          const asOf = Math.min(log.length, 4 + cut);
          // The newest page first; the older one comes when everything has happened, or before.
          let state = opened(pageOf(log, asOf, from + 1));
          const older = pageOf(log, asOf, 1, from);
          const late = cut % 2 === 0;
          const read = (): void => {
            if (state.before === null) return;
            state = fold(state, { kind: "older_asked" });
            state = fold(state, { kind: "older_page", page: older, before: state.before ?? 0 });
          };
          if (!late) read();
          for (const one of log.slice(asOf)) state = fold(state, { kind: "event", record: one });
          if (late) read();
          expect(shown(state)).toEqual(shown(opened(pageOf(log, log.length))));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("are shown at once, and as they were when they are rejected", () => {
    const page = pageOf([record(1, "me", said("one"))], 1);
    let state = fold(opened(page), {
      kind: "asked",
      id: "a",
      change: { kind: "edit", target: 1, body: "two", mentions: [], all: false },
      at: 5,
    });
    expect(messages(state)[0]).toMatchObject({ body: "two", changing: true });
    state = fold(state, { kind: "rejected", id: "a", code: "not_allowed" });
    expect(messages(state)[0]).toMatchObject({ body: "one", changing: false });
    expect(state.refused).toBe("not_allowed");
    expect(fold(state, { kind: "refusal_read" }).refused).toBeNull();
  });

  it("settle with their event, also when a page had it before", () => {
    const change = { kind: "react" as const, target: 1, emoji: "👍", on: true };
    const log = [record(1, "anna", said("one")), record(2, "me", reacted(1, "👍", true))];
    for (const asOf of [1, 2]) {
      let state = fold(opened(pageOf(log, asOf)), { kind: "asked", id: "id-2", change, at: 5 });
      state = fold(state, { kind: "event", record: log[1] as EventRecord });
      expect(state.asked).toEqual([]);
      expect(messages(state)[0]?.now.reactions).toEqual([
        { emoji: "👍", count: 1, people: ["me"] },
      ]);
    }
  });

  it("count beyond the people that are named", () => {
    const page = pageOf([record(1, "anna", said("one"))], 1);
    const many = [{ emoji: "👍", count: 500, people: ["anna"] }];
    const state = opened({
      ...page,
      states: [
        { seq: 1, edited_seq: null, edited_at: null, deleted: false, deleted_by: null, reactions: many }, // prettier-ignore
      ],
    });
    const more = fold(state, { kind: "event", record: record(2, "bo", reacted(1, "👍", true)) });
    expect(messages(more)[0]?.now.reactions[0]).toMatchObject({ count: 501 });
  });
});

describe("a page from the middle of the chat", () => {
  const log = Array.from({ length: 60 }, (_, index) =>
    record(index + 1, "anna", said(`body ${index + 1}`)),
  );
  const around = (): Conversation =>
    fold(opened(pageOf(log, 50, 41)), {
      kind: "around_page",
      page: pageOf(log, 50, 5, 15),
      seq: 10,
      readSeq: 0,
    });

  it("shows the message, and reads on to the newest", () => {
    let state = around();
    expect(state).toMatchObject({ jump: 10, before: 5, after: 15 });
    for (const one of log.slice(50, 55)) state = fold(state, { kind: "event", record: one });
    expect(messages(state)).toHaveLength(11);
    state = fold(state, { kind: "newer_asked" });
    state = fold(state, { kind: "newer_page", page: pageOf(log, 55, 16, 55), after: 15 });
    expect(state.after).toBeNull();
    expect(messages(state).at(-1)?.seq).toBe(55);
    state = fold(state, { kind: "event", record: log[55] as EventRecord });
    expect(messages(state).map((row) => row.seq)).toEqual(
      Array.from({ length: 52 }, (_, index) => index + 5),
    );
  });

  it("is not whole while something came after the last page", () => {
    let state = around();
    state = fold(state, { kind: "event", record: log[50] as EventRecord });
    state = fold(state, { kind: "newer_asked" });
    state = fold(state, { kind: "newer_page", page: pageOf(log, 50, 16, 50), after: 15 });
    expect(state.after).toBe(50);
    state = fold(state, { kind: "newer_asked" });
    state = fold(state, { kind: "newer_page", page: pageOf(log, 51, 51, 51), after: 50 });
    expect(state.after).toBeNull();
    expect(messages(state).at(-1)?.seq).toBe(51);
  });

  it("gives way to the newest page", () => {
    const state = fold(around(), { kind: "reopen" });
    expect(state.wanted).toBe(50);
    const back = fold(state, { kind: "page", page: pageOf(log, 60, 51), readSeq: 0 });
    expect(back.after).toBeNull();
    expect(messages(back)[0]?.seq).toBe(51);
  });
});
