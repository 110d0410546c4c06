import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, type Input } from "@/features/conversation/model/conversation";
import { opening, type Conversation } from "@/features/conversation/model/state";
import type { Attachment, EventRecord, TimelinePage } from "@/shared/contracts/generated";
import { said } from "@/shared/lib/said";

const ME = "me";
const CHAT = "chat";
const FILE: Attachment = {
  id: "0e000000-0000-4000-8000-000000000001",
  kind: "file",
  name: "a.txt",
  type: "application/octet-stream",
  size: 10,
  width: null,
  height: null,
  blur: null,
  animated: false,
  alt: null,
};

function record(
  seq: number,
  by = "anna",
  id = `event-${String(seq).padStart(4, "0")}`,
): EventRecord {
  return {
    stream: `c:${CHAT}`,
    epoch: 1,
    seq,
    n: seq,
    at: seq * 1000,
    id,
    by,
    event: said(`body of ${id}`),
  };
}

/** The page that a server whose log is `log` gives: the newest `limit` up to `asOf`, before `before`. */
function pageOf(
  log: readonly EventRecord[],
  asOf: number,
  limit = 5,
  before = asOf + 1,
): TimelinePage {
  const visible = log.filter((one) => one.seq <= asOf && one.seq < before);
  const items = visible.slice(-limit);
  const first = items[0];
  const more = first !== undefined && visible.length > items.length;
  return {
    chat: CHAT,
    epoch: 1,
    as_of: asOf,
    items,
    before: more ? first.seq : null,
    after: null,
    states: [],
    quotes: [],
    first_seq: 1,
    kept_from: null,
  };
}

function run(inputs: readonly Input[], from = opening(CHAT, ME, 0)): Conversation {
  return inputs.reduce(fold, from);
}

const page = (log: readonly EventRecord[], asOf: number, limit?: number): Input => ({
  kind: "page",
  page: pageOf(log, asOf, limit),
  readSeq: 0,
});
const event = (one: EventRecord): Input => ({ kind: "event", record: one });
const seqs = (state: Conversation): number[] => state.records.map((one) => one.seq);
const log = (count: number): EventRecord[] =>
  Array.from({ length: count }, (_, index) => record(index + 1));

describe("a conversation", () => {
  it("wants the newest page when it opens", () => {
    expect(opening(CHAT, ME, 0)).toMatchObject({ status: { kind: "opening" }, wanted: 0 });
  });

  it("keeps what came before the page, and folds it on top", () => {
    const state = run([event(record(7)), event(record(8)), page(log(6), 6)]);
    expect(seqs(state)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(state).toMatchObject({ status: { kind: "open" }, wanted: null, asOf: 8 });
  });

  it("reads again when the page ends before what came early", () => {
    const state = run([event(record(9)), page(log(6), 6)]);
    expect(state).toMatchObject({ status: { kind: "stale" }, wanted: 9 });
    expect(seqs(fold(state, page(log(9), 9)))).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("takes an event once", () => {
    const state = run([page(log(3), 3), event(record(4)), event(record(4)), event(record(2))]);
    expect(seqs(state)).toEqual([1, 2, 3, 4]);
  });

  it("closes numbers over what it may not see", () => {
    const hidden: Input = { kind: "skip", epoch: 1, from: 4, to: 6 };
    const state = run([page(log(3), 3), hidden, event(record(7))]);
    expect(seqs(state)).toEqual([1, 2, 3, 7]);
    expect(state.status.kind).toBe("open");
  });

  it("wait for their files, then for their ack, in the same place", () => {
    const files = [FILE];
    let state = run([
      page(log(3), 3),
      { kind: "packing", id: "a", body: "hi", at: 1 },
      { kind: "written", id: "b", body: "later", at: 2 },
    ]);
    const shown = (): string[] => state.pending.map((one) => `${one.id} ${one.delivery.kind}`);
    expect(shown()).toEqual(["a packing", "b waiting"]);
    state = fold(state, { kind: "written", id: "a", body: "hi", files, at: 1 });
    expect(shown()).toEqual(["a waiting", "b waiting"]);
    expect(state.pending[0]?.files).toEqual(files);
    state = fold(state, { kind: "packing", id: "a", body: "hi", at: 1 });
    expect(shown()).toEqual(["a waiting", "b waiting"]);
  });

  it("shows an own message at once, then ticks it, then lets its event take the place", () => {
    const id = "event-0004";
    let state = run([page(log(3), 3), { kind: "written", id, body: "hi", at: 1 }]);
    expect(state.pending).toMatchObject([{ id, delivery: { kind: "waiting" } }]);
    state = fold(state, { kind: "ack", id });
    expect(state.pending).toMatchObject([{ id, delivery: { kind: "sent" } }]);
    state = fold(state, event(record(4, ME)));
    expect(state.pending).toEqual([]);
    expect(state.records.filter((one) => one.id === id)).toHaveLength(1);
  });

  it("says what was rejected and keeps it until its sender lets go", () => {
    const state = run([
      page(log(1), 1),
      { kind: "written", id: "m", body: "hi", at: 1 },
      { kind: "rejected", id: "m", code: "not_a_member" },
    ]);
    expect(state.pending[0]?.delivery).toEqual({ kind: "rejected", code: "not_a_member" });
    expect(fold(state, { kind: "discarded", id: "m" }).pending).toEqual([]);
  });

  it("does not show a message again that the page has already", () => {
    const state = run([
      { kind: "written", id: "event-0002", body: "hi", at: 1 },
      page(log(3), 3),
      { kind: "written", id: "event-0003", body: "hi", at: 1 },
    ]);
    expect(state.pending).toEqual([]);
  });

  it("believes `accepted` for an event older than what is loaded, and asks for a newer one", () => {
    const state = run([page(log(9), 9, 3), { kind: "written", id: "m", body: "hi", at: 1 }]);
    expect(fold(state, { kind: "accepted", id: "m", seq: 2 }).pending).toEqual([]);
    const later = fold(state, { kind: "accepted", id: "m", seq: 12 });
    expect(later).toMatchObject({ wanted: 12, pending: [{ delivery: { kind: "sent" } }] });
  });

  it("replaces what a reset has cut off, and keeps what it still touches", () => {
    const state = run([page(log(6), 6), { kind: "reset", epoch: 1, seq: 40 }]);
    expect(state).toMatchObject({ status: { kind: "stale" }, wanted: 40 });
    const far = fold(state, page(log(40), 40));
    expect(seqs(far)).toEqual([36, 37, 38, 39, 40]);
    expect(far.before).toBe(36);
    const near = fold(state, page(log(8), 8));
    expect(seqs(near)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(near.before).toBe(2);
  });

  it("ignores an older page whose question is no longer ours", () => {
    let state = run([page(log(9), 9, 3), { kind: "older_asked" }]);
    const before = state.before ?? 0;
    state = run([{ kind: "reset", epoch: 1, seq: 40 }, page(log(40), 40)], state);
    state = fold(state, { kind: "older_page", page: pageOf(log(9), 9, 3, before), before });
    expect(seqs(state)).toEqual([36, 37, 38, 39, 40]);
  });

  it("is for reading only after its reader was removed", () => {
    const state = run([page(log(2), 2), { kind: "gone", seq: 2 }, page(log(2), 2)]);
    expect(state.status.kind).toBe("gone");
  });

  it("is open again, and read anew, once its reader was let in again", () => {
    const events = log(5);
    const back = events[4];
    if (back === undefined) throw new Error("a log of five has a fifth");
    const out = run([
      page(log(2), 2),
      { kind: "gone", seq: 2 },
      { kind: "event", record: record(2) },
    ]);
    expect(out.status.kind).toBe("gone");
    const asking = fold(out, { kind: "event", record: back });
    expect(asking).toMatchObject({ wanted: 5, status: { kind: "stale" } });
    const state = run([page(events, 5)], asking);
    expect(state).toMatchObject({ wanted: null, status: { kind: "open" } });
    expect(seqs(state)).toEqual([1, 2, 3, 4, 5]);
  });

  it("fails in words only when there is nothing to show", () => {
    expect(run([{ kind: "page_failed", words: "no" }]).status).toEqual({
      kind: "failed",
      words: "no",
    });
    expect(run([page(log(1), 1), { kind: "page_failed", words: "no" }]).status.kind).toBe("open");
  });

  it("shows the same log once and in order, however events, pages, acks and resends are mixed", () => {
    // The server's log grows; the socket gives events in order (that is Heads' promise) but as late as
    // it likes; pages, older pages, acks, resends and resets come whenever they come.
    const move = fc.oneof(
      fc.record({ kind: fc.constant("append" as const), mine: fc.boolean() }),
      fc.record({ kind: fc.constant("deliver" as const) }),
      fc.record({ kind: fc.constant("page" as const) }),
      fc.record({ kind: fc.constant("older" as const) }),
      fc.record({ kind: fc.constant("ack" as const) }),
      fc.record({ kind: fc.constant("again" as const) }),
      fc.record({ kind: fc.constant("hide" as const) }),
      fc.record({ kind: fc.constant("lose" as const) }),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 150 }), (moves) => {
        const truth: EventRecord[] = [];
        const steps: Input[] = [];
        let head = 0;
        let delivered = 0;
        let state = opening(CHAT, ME, 0);
        const check = (): void => {
          const shown = seqs(state);
          expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
          const first = shown[0] ?? 0;
          const due = truth.filter((one) => one.seq >= first && one.seq <= state.asOf);
          if (shown.length > 0) expect(shown).toEqual(due.map((one) => one.seq));
          const ids = [
            ...state.records.map((one) => one.id),
            ...state.pending.map((one) => one.id),
          ];
          expect(new Set(ids).size).toBe(ids.length);
        };
        const readPage = (): void => {
          state = fold(state, { kind: "page", page: pageOf(truth, head), readSeq: 0 });
        };
        for (const one of moves) {
          if (one.kind === "append") {
            head += 1;
            const next = record(head, one.mine ? ME : "anna");
            if (one.mine) {
              state = fold(state, { kind: "written", id: next.id, body: "x", at: head });
            }
            truth.push(next);
            steps.push(event(next));
          }
          if (one.kind === "hide") {
            head += 2;
            steps.push({ kind: "skip", epoch: 1, from: head - 1, to: head });
          }
          if (one.kind === "deliver" && delivered < steps.length) {
            const next = steps[delivered];
            delivered += 1;
            if (next !== undefined) state = fold(state, next);
          }
          if (one.kind === "lose" && delivered < steps.length) {
            delivered = steps.length;
            state = fold(state, { kind: "reset", epoch: 1, seq: head });
          }
          if (one.kind === "page") readPage();
          if (one.kind === "older" && state.before !== null) {
            const { before } = state;
            state = fold(state, { kind: "older_asked" });
            state = fold(state, {
              kind: "older_page",
              page: pageOf(truth, head, 5, before),
              before,
            });
          }
          if (one.kind === "ack") {
            const waiting = state.pending[0];
            if (waiting !== undefined) state = fold(state, { kind: "ack", id: waiting.id });
          }
          if (one.kind === "again") {
            const known = truth.at(-1);
            if (known !== undefined) {
              state = fold(state, { kind: "accepted", id: known.id, seq: known.seq });
            }
          }
          check();
        }
        for (const next of steps.slice(delivered)) state = fold(state, next);
        if (state.wanted !== null) readPage();
        check();
        expect(state.asOf).toBe(Math.max(head, 0));
        expect(state.pending).toEqual([]);
        expect(state).toMatchObject({ wanted: null, status: { kind: "open" } });
      }),
      { numRuns: 300 },
    );
  });
});
