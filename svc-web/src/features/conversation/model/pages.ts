import { caughtUp } from "@/features/conversation/model/changes";
import { stateOf, type Quotes, type States } from "@/features/conversation/model/messages";
import { without } from "@/features/conversation/model/sending";
import type { Conversation, Status } from "@/features/conversation/model/state";
import { epochOf, replay } from "@/features/conversation/model/steps";
import type { TimelinePage } from "@/shared/contracts/generated";

/** The newest page replaces what it doesn't touch and extends what it overlaps. */
export function newestPage(state: Conversation, page: TimelinePage, readSeq: number): Conversation {
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

/** The page around a message takes the place of everything; what is behind it is read on demand. */
export function aroundPage(
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

export function newerPage(state: Conversation, page: TimelinePage, after: number): Conversation {
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

export function olderPage(state: Conversation, page: TimelinePage, before: number): Conversation {
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

function opened(status: Status): Status {
  return status.kind === "gone" ? status : { kind: "open" };
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
