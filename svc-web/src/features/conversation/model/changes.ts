import {
  changed,
  changeOf,
  requoted,
  reworded,
  UNTOUCHED,
  type Change,
} from "@/features/conversation/model/messages";
import type { Conversation } from "@/features/conversation/model/state";
import { limits, type EventRecord, type TimelinePage } from "@/shared/contracts/generated";

const CHANGES_MAX = 500;

/** A change comes, and is remembered for a page that is on its way. */
export function happened(state: Conversation, record: EventRecord, change: Change): Conversation {
  const changes = [...state.changes, record].slice(-CHANGES_MAX);
  return applied({ ...state, changes }, record, change);
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
export function caughtUp(state: Conversation, page: TimelinePage): Conversation {
  const items = new Set(page.items.map((item) => item.seq));
  return state.changes.reduce((next, record) => {
    const change = record.seq > page.as_of && record.epoch === page.epoch ? changeOf(record) : null;
    return change !== null && items.has(change.target) ? applied(next, record, change) : next;
  }, state);
}

/** An own change has its event, or never will. */
export function settle(state: Conversation, id: string): Conversation {
  const asked = state.asked.filter((one) => one.id !== id);
  return asked.length === state.asked.length ? state : { ...state, asked };
}
