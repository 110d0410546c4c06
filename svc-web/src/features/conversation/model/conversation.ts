import {
  changed,
  changeOf,
  requoted,
  reworded,
  stateOf,
  UNTOUCHED,
  type Change,
  type Quotes,
  type States,
} from "@/features/conversation/model/messages";
import {
  limits,
  type Attachment,
  type EventRecord,
  type Quote,
  type RejectCode,
  type TimelinePage,
} from "@/shared/contracts/generated";

/** What the sender sees of an own message until its event is there. */
export type Delivery =
  /** Its files are not all there yet. */
  | { kind: "packing" }
  | { kind: "waiting" }
  | { kind: "sent" }
  | { kind: "rejected"; code: RejectCode };

/** An own message without an event yet. `at` is the sender's clock, Unix ms. */
export type Pending = {
  id: string;
  body: string;
  replyTo: number | null;
  forwarded: boolean;
  /** Empty while they are on their way. */
  files: readonly Attachment[];
  at: number;
  delivery: Delivery;
};

/** An own change that has no event yet; shown as if it were there. */
export type Asked = { id: string; change: Change; at: number };

export type Status =
  | { kind: "opening" }
  | { kind: "open" }
  /** Shown as it is, while a newer page is on its way. */
  | { kind: "stale" }
  | { kind: "failed"; words: string }
  /** Not a member any more: nothing after `seq` follows until one is let in again. */
  | { kind: "gone"; seq: number };

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
  /** What is older (Unix ms) is gone by the chat's retention; null when the beginning is there. */
  keptFrom: number | null;
  older: Older;
  /** Steps that came before what they follow on. */
  early: readonly Step[];
  pending: readonly Pending[];
  asked: readonly Asked[];
  /** What became of the loaded messages, and the beginnings of those that they answer, by seq. */
  states: States;
  quotes: Quotes;
  /** Recent changes of messages, for a page that was on its way while they came. */
  changes: readonly EventRecord[];
  /** A change of one's own was rejected: said until it is put away. */
  refused: RejectCode | null;
  /** The message to show, until it is shown. */
  jump: number | null;
  /** Cursor of the page after the newest record; null when the newest event is folded in. */
  after: number | null;
  newer: Older;
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
  | { kind: "gone"; seq: number }
  | {
      /** Its files are on their way (`packing`), or it is. */
      kind: "packing" | "written";
      id: string;
      body: string;
      replyTo?: number | null;
      forwarded?: boolean;
      files?: readonly Attachment[];
      at: number;
    }
  | { kind: "asked"; id: string; change: Change; at: number }
  | { kind: "quoted"; seq: number; quote: Quote | null }
  | { kind: "refusal_read" }
  | { kind: "jump"; seq: number }
  | { kind: "jumped" }
  | { kind: "around_page"; page: TimelinePage; seq: number; readSeq: number }
  | { kind: "newer_asked" }
  | { kind: "newer_page"; page: TimelinePage; after: number }
  | { kind: "newer_failed"; words: string }
  | { kind: "ack"; id: string }
  | { kind: "accepted"; id: string; seq: number }
  | { kind: "rejected"; id: string; code: RejectCode }
  | { kind: "discarded"; id: string }
  | { kind: "older_asked" }
  | { kind: "older_page"; page: TimelinePage; before: number }
  | { kind: "older_failed"; words: string }
  | { kind: "tick"; now: number };

const EARLY_MAX = 500;
const CHANGES_MAX = 500;

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
    keptFrom: null,
    older: { kind: "idle" },
    early: [],
    pending: [],
    asked: [],
    states: new Map(),
    quotes: new Map(),
    changes: [],
    refused: null,
    jump: null,
    after: null,
    newer: { kind: "idle" },
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
        jump: null,
        wanted: state.wanted ?? state.asOf,
        status: state.records.length > 0 ? { kind: "stale" } : { kind: "opening" },
      };
    case "event":
      return step(backIn(settle(state, input.record.id), input.record.seq), input);
    case "skip":
      return step(state, input);
    case "reset":
      return reset(state, input.epoch, input.seq);
    case "gone":
      return { ...state, wanted: null, status: { kind: "gone", seq: input.seq } };
    case "packing":
    case "written":
      return written(state, input);
    case "asked":
      return {
        ...state,
        asked: [...state.asked, { id: input.id, change: input.change, at: input.at }],
      };
    case "quoted":
      return input.quote === null
        ? state
        : { ...state, quotes: new Map(state.quotes).set(input.seq, input.quote) };
    case "refusal_read":
      return { ...state, refused: null };
    case "jump":
      return { ...state, jump: input.seq };
    case "jumped":
      return { ...state, jump: null };
    case "around_page":
      return aroundPage(state, input.page, input.seq, input.readSeq);
    case "newer_asked":
      return state.after === null || state.newer.kind === "loading"
        ? state
        : { ...state, newer: { kind: "loading" } };
    case "newer_page":
      return newerPage(state, input.page, input.after);
    case "newer_failed":
      return { ...state, newer: { kind: "failed", words: input.words } };
    case "ack":
      return deliver(state, input.id, (delivery) =>
        delivery.kind === "waiting" ? { kind: "sent" } : delivery,
      );
    case "accepted":
      return accepted(state, input.id, input.seq);
    case "rejected":
      if (state.asked.some((one) => one.id === input.id)) {
        return { ...settle(state, input.id), refused: input.code };
      }
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
  const touches = sameLog && state.records.length > 0 && state.after === null && reached;
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
    keptFrom: page.kept_from,
    older: kept.length > 0 ? state.older : { kind: "idle" },
    early: epochs,
    pending: without(state.pending, page.items),
    after: null,
    newer: { kind: "idle" },
    states: taken(kept.length > 0 ? state.states : new Map(), page),
    quotes: quoted(kept.length > 0 ? state.quotes : new Map(), page),
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
  const { record } = next;
  const change = changeOf(record);
  if (change !== null) {
    const changes = [...state.changes, record].slice(-CHANGES_MAX);
    return applied({ ...state, asOf: record.seq, changes }, record, change);
  }
  return {
    ...state,
    asOf: record.seq,
    // Behind a page from the middle of the chat there is a gap, which reading on will close.
    records: state.after === null ? [...state.records, record] : state.records,
    pending: state.after === null ? without(state.pending, [record]) : state.pending,
  };
}

/** The change takes hold of the message, if it is loaded, and of quotes of it. */
function applied(state: Conversation, record: EventRecord, change: Change): Conversation {
  const { target } = change;
  const before = state.states.get(target) ?? UNTOUCHED;
  if (change.kind === "edit" && (before.edited?.seq ?? 0) >= record.seq) return state;
  const loaded = state.records.some((one) => one.seq === target);
  const quote = state.quotes.get(target);
  return {
    ...state,
    records: loaded
      ? state.records.map((one) => (one.seq === target ? reworded(one, before, change) : one))
      : state.records,
    states: loaded
      ? new Map(state.states).set(target, changed(before, change, record.by, record))
      : state.states,
    quotes:
      quote === undefined
        ? state.quotes
        : new Map(state.quotes).set(target, requoted(quote, change, limits.quoteChars)),
  };
}

/** What came after the page was made, again on top of its messages. */
function caughtUp(state: Conversation, page: TimelinePage): Conversation {
  const items = new Set(page.items.map((item) => item.seq));
  return state.changes.reduce((next, record) => {
    const change = record.seq > page.as_of && record.epoch === page.epoch ? changeOf(record) : null;
    return change !== null && items.has(change.target) ? applied(next, record, change) : next;
  }, state);
}

function settle(state: Conversation, id: string): Conversation {
  const asked = state.asked.filter((one) => one.id !== id);
  return asked.length === state.asked.length ? state : { ...state, asked };
}

function taken(states: States, page: TimelinePage): States {
  const next = new Map(states);
  for (const item of page.items) next.delete(item.seq);
  for (const one of page.states) next.set(one.seq, stateOf(one));
  return next;
}

function quoted(quotes: Quotes, page: TimelinePage): Quotes {
  const next = new Map(quotes);
  for (const one of page.quotes) next.set(one.seq, one);
  return next;
}

/** The page around a message takes the place of everything; what is behind it is read on demand. */
function aroundPage(
  state: Conversation,
  page: TimelinePage,
  seq: number,
  readSeq: number,
): Conversation {
  if (page.epoch < state.epoch) return state;
  const shown: Conversation = {
    ...state,
    status: opened(state.status),
    wanted: null,
    epoch: page.epoch,
    asOf: Math.max(page.as_of, page.epoch === state.epoch ? state.asOf : 0),
    records: page.items,
    before: page.before,
    keptFrom: page.kept_from,
    older: { kind: "idle" },
    after: page.after ?? (page.as_of < state.asOf ? (page.items.at(-1)?.seq ?? null) : null),
    newer: { kind: "idle" },
    early: state.early.filter((one) => epochOf(one) >= page.epoch),
    states: taken(new Map(), page),
    quotes: quoted(new Map(), page),
    jump: seq,
    readAtOpening: state.readAtOpening ?? readSeq,
  };
  return replay(caughtUp(shown, page));
}

function newerPage(state: Conversation, page: TimelinePage, after: number): Conversation {
  if (after !== state.after || page.epoch !== state.epoch) {
    return { ...state, newer: { kind: "idle" } };
  }
  const newest = state.records.at(-1)?.seq ?? 0;
  const items = page.items.filter((record) => record.seq > newest);
  // What happened while the page was on its way is not on it: read on from there.
  const whole = page.after === null && page.as_of >= state.asOf;
  const longer: Conversation = {
    ...state,
    asOf: Math.max(state.asOf, page.as_of),
    records: [...state.records, ...items],
    after: whole ? null : (page.after ?? page.as_of),
    newer: { kind: "idle" },
    states: taken(state.states, { ...page, items }),
    quotes: quoted(state.quotes, page),
    pending: without(state.pending, items),
  };
  return caughtUp(longer, { ...page, items });
}

/** Folds the early steps that now follow on; a hole that remains asks for another page. */
function replay(state: Conversation): Conversation {
  const steps = [...state.early].sort((a, b) => epochOf(a) - epochOf(b) || firstOf(a) - firstOf(b));
  return steps.reduce(step, { ...state, early: [] });
}

/** An event after one's removal says that one is in again; what lies between is read anew. */
function backIn(state: Conversation, seq: number): Conversation {
  const again = state.status.kind === "gone" && seq > state.status.seq;
  return again ? { ...state, status: { kind: "stale" }, wanted: seq } : state;
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
  message: Extract<Input, { kind: "packing" | "written" }>,
): Conversation {
  const { id, body, at, replyTo = null, forwarded = false, files = [] } = message;
  const before = state.pending.find((one) => one.id === id);
  const known = before !== undefined && before.delivery.kind !== "packing";
  if (known || state.records.some((record) => record.id === id)) return state;
  const delivery = { kind: message.kind === "packing" ? "packing" : "waiting" } as const;
  const others = state.pending.filter((one) => one.id !== id);
  const pending = [...others, { id, body, replyTo, forwarded, files, at, delivery }];
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
  if (state.asked.some((one) => one.id === id)) {
    return seq <= state.asOf ? settle(state, id) : stale(state, seq);
  }
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
  const longer: Conversation = {
    ...state,
    records: [...items, ...state.records],
    before: page.before ?? null,
    keptFrom: page.kept_from,
    older: { kind: "idle" },
    states: taken(state.states, { ...page, items }),
    quotes: quoted(state.quotes, page),
    pending: without(state.pending, items),
  };
  return caughtUp(longer, { ...page, items });
}

function without(pending: readonly Pending[], records: readonly EventRecord[]): readonly Pending[] {
  if (pending.length === 0) return pending;
  const ids = new Set(records.map((record) => record.id));
  return pending.filter((one) => !ids.has(one.id));
}
