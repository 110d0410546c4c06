import type { EventRecord, RejectCode, TimelinePage } from "@/shared/contracts/generated";

/** What the sender sees of an own message until its event is there. */
export type Delivery =
  { kind: "waiting" } | { kind: "sent" } | { kind: "rejected"; code: RejectCode };

/** An own message without an event yet. `at` is the sender's clock, Unix ms. */
export type Pending = { id: string; body: string; at: number; delivery: Delivery };

export type Status =
  | { kind: "opening" }
  | { kind: "open" }
  /** Shown as it is, while a newer page is on its way. */
  | { kind: "stale" }
  | { kind: "failed"; words: string }
  | { kind: "gone" };

export type Older = { kind: "idle" } | { kind: "loading" } | { kind: "failed"; words: string };

type Step =
  | { kind: "event"; record: EventRecord }
  | { kind: "skip"; epoch: number; from: number; to: number };

/** One conversation as one person sees it. Pure data; `fold` is the only way it changes. */
export type Conversation = {
  chat: string;
  me: string;
  status: Status;
  epoch: number;
  /** Everything up to and with this seq is folded in. */
  asOf: number;
  /** The driver should read the newest page with this `at_least`; null when nothing is wanted. */
  wanted: number | null;
  /** Ascending by seq, without holes in what this person may see. */
  records: readonly EventRecord[];
  /** Cursor of the page before the oldest record; null at the beginning of the chat. */
  before: number | null;
  older: Older;
  /** Steps that came before what they follow on. */
  early: readonly Step[];
  pending: readonly Pending[];
  /** The read mark when the conversation was opened: the "New" line stays there. */
  readAtOpening: number | null;
  /** Unix ms, coarse; moves the names of days. */
  now: number;
};

export type Input =
  | { kind: "page"; page: TimelinePage; readSeq: number }
  | { kind: "page_failed"; words: string }
  | { kind: "reopen" }
  | Step
  | { kind: "reset"; epoch: number; seq: number }
  | { kind: "gone" }
  | { kind: "written"; id: string; body: string; at: number }
  | { kind: "ack"; id: string }
  | { kind: "accepted"; id: string; seq: number }
  | { kind: "rejected"; id: string; code: RejectCode }
  | { kind: "discarded"; id: string }
  | { kind: "older_asked" }
  | { kind: "older_page"; page: TimelinePage; before: number }
  | { kind: "older_failed"; words: string }
  | { kind: "tick"; now: number };

const EARLY_MAX = 500;

export function opening(chat: string, me: string, now: number): Conversation {
  return {
    chat,
    me,
    status: { kind: "opening" },
    epoch: 0,
    asOf: 0,
    wanted: 0,
    records: [],
    before: null,
    older: { kind: "idle" },
    early: [],
    pending: [],
    readAtOpening: null,
    now,
  };
}

export function fold(state: Conversation, input: Input): Conversation {
  switch (input.kind) {
    case "page":
      return page(state, input.page, input.readSeq);
    case "page_failed":
      return state.status.kind === "opening"
        ? { ...state, wanted: null, status: { kind: "failed", words: input.words } }
        : { ...state, wanted: null };
    case "reopen":
      return {
        ...state,
        wanted: state.wanted ?? state.asOf,
        status: state.records.length > 0 ? { kind: "stale" } : { kind: "opening" },
      };
    case "event":
    case "skip":
      return step(state, input);
    case "reset":
      return reset(state, input.epoch, input.seq);
    case "gone":
      return { ...state, wanted: null, status: { kind: "gone" } };
    case "written":
      return written(state, input);
    case "ack":
      return deliver(state, input.id, (delivery) =>
        delivery.kind === "waiting" ? { kind: "sent" } : delivery,
      );
    case "accepted":
      return accepted(state, input.id, input.seq);
    case "rejected":
      return deliver(state, input.id, () => ({ kind: "rejected", code: input.code }));
    case "discarded":
      return { ...state, pending: state.pending.filter((one) => one.id !== input.id) };
    case "older_asked":
      return state.before === null || state.older.kind === "loading"
        ? state
        : { ...state, older: { kind: "loading" } };
    case "older_page":
      return olderPage(state, input.page, input.before);
    case "older_failed":
      return { ...state, older: { kind: "failed", words: input.words } };
    case "tick":
      return { ...state, now: input.now };
  }
}

const firstOf = (one: Step): number => (one.kind === "event" ? one.record.seq : one.from);
const lastOf = (one: Step): number => (one.kind === "event" ? one.record.seq : one.to);
const epochOf = (one: Step): number => (one.kind === "event" ? one.record.epoch : one.epoch);

/** The newest page replaces what it doesn't touch and extends what it overlaps. */
function page(state: Conversation, page: TimelinePage, readSeq: number): Conversation {
  if (page.epoch < state.epoch) return state;
  const sameLog = page.epoch === state.epoch;
  if (sameLog && page.as_of < state.asOf) {
    return { ...state, status: opened(state.status), wanted: null };
  }
  const oldest = page.items[0]?.seq ?? page.as_of + 1;
  const reached = page.before === null || oldest <= state.asOf + 1;
  const touches = sameLog && state.records.length > 0 && reached;
  const kept = touches ? state.records.filter((record) => record.seq < oldest) : [];
  const epochs = state.early.filter((one) => epochOf(one) >= page.epoch);
  return replay({
    ...state,
    status: opened(state.status),
    wanted: null,
    epoch: page.epoch,
    asOf: page.as_of,
    records: [...kept, ...page.items],
    before: kept.length > 0 ? state.before : (page.before ?? null),
    older: kept.length > 0 ? state.older : { kind: "idle" },
    early: epochs,
    pending: without(state.pending, page.items),
    readAtOpening: state.readAtOpening ?? readSeq,
  });
}

function opened(status: Status): Status {
  return status.kind === "gone" ? status : { kind: "open" };
}

function step(state: Conversation, next: Step): Conversation {
  const ready = state.status.kind === "open" || state.status.kind === "gone";
  const sameLog = epochOf(next) === state.epoch;
  if (ready && sameLog && firstOf(next) <= state.asOf + 1) return advance(state, next);
  if (epochOf(next) < state.epoch || (sameLog && lastOf(next) <= state.asOf)) return state;
  const kept: Conversation = {
    ...state,
    early: [...state.early, next].slice(-EARLY_MAX),
    pending: next.kind === "event" ? without(state.pending, [next.record]) : state.pending,
  };
  // The socket's own bookkeeping closes holes before they come here; if one does, read the page again.
  return ready ? stale(kept, lastOf(next)) : kept;
}

function advance(state: Conversation, next: Step): Conversation {
  if (lastOf(next) <= state.asOf) return state;
  if (next.kind === "skip") return { ...state, asOf: next.to };
  return {
    ...state,
    asOf: next.record.seq,
    records: [...state.records, next.record],
    pending: without(state.pending, [next.record]),
  };
}

/** Folds the early steps that now follow on; a hole that remains asks for another page. */
function replay(state: Conversation): Conversation {
  const steps = [...state.early].sort((a, b) => epochOf(a) - epochOf(b) || firstOf(a) - firstOf(b));
  return steps.reduce(step, { ...state, early: [] });
}

function stale(state: Conversation, seq: number): Conversation {
  const status: Status = state.status.kind === "open" ? { kind: "stale" } : state.status;
  return { ...state, status, wanted: Math.max(state.wanted ?? 0, seq) };
}

function reset(state: Conversation, epoch: number, seq: number): Conversation {
  if (epoch === state.epoch && seq <= state.asOf) return state;
  return stale(state, seq);
}

function written(
  state: Conversation,
  message: { id: string; body: string; at: number },
): Conversation {
  const known =
    state.pending.some((one) => one.id === message.id) ||
    state.records.some((record) => record.id === message.id);
  if (known) return state;
  const { id, body, at } = message;
  const pending = [...state.pending, { id, body, at, delivery: { kind: "waiting" } as const }];
  return { ...state, pending: pending.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function deliver(
  state: Conversation,
  id: string,
  change: (delivery: Delivery) => Delivery,
): Conversation {
  const pending = state.pending.map((one) =>
    one.id === id ? { ...one, delivery: change(one.delivery) } : one,
  );
  return { ...state, pending };
}

/** The event exists since long. Shown already, older than what is loaded, or still to come. */
function accepted(state: Conversation, id: string, seq: number): Conversation {
  if (!state.pending.some((one) => one.id === id)) return state;
  if (seq <= state.asOf) return fold(state, { kind: "discarded", id });
  return stale(fold(state, { kind: "ack", id }), seq);
}

function olderPage(state: Conversation, page: TimelinePage, before: number): Conversation {
  // An answer to a question that is no longer ours: the records were replaced meanwhile.
  if (before !== state.before || page.epoch !== state.epoch) {
    return { ...state, older: { kind: "idle" } };
  }
  const oldest = state.records[0]?.seq ?? Number.POSITIVE_INFINITY;
  const items = page.items.filter((record) => record.seq < oldest);
  return {
    ...state,
    records: [...items, ...state.records],
    before: page.before ?? null,
    older: { kind: "idle" },
    pending: without(state.pending, items),
  };
}

function without(pending: readonly Pending[], records: readonly EventRecord[]): readonly Pending[] {
  if (pending.length === 0) return pending;
  const ids = new Set(records.map((record) => record.id));
  return pending.filter((one) => !ids.has(one.id));
}
