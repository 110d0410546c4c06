import { happened } from "@/features/conversation/model/changes";
import { changeOf } from "@/features/conversation/model/messages";
import { without } from "@/features/conversation/model/sending";
import { stale, type Conversation, type Step } from "@/features/conversation/model/state";

const EARLY_MAX = 500;

const firstOf = (one: Step): number => (one.kind === "event" ? one.record.seq : one.from);
const lastOf = (one: Step): number => (one.kind === "event" ? one.record.seq : one.to);
export const epochOf = (one: Step): number => (one.kind === "event" ? one.record.epoch : one.epoch);

/** What comes over the socket: folded in where it follows on, kept where something is missing before it. */
export function step(state: Conversation, next: Step): Conversation {
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
  if (change !== null) return happened({ ...state, asOf: record.seq }, record, change);
  return {
    ...state,
    asOf: record.seq,
    // Behind a page from the middle of the chat there is a gap, which reading on will close.
    records: state.after === null ? [...state.records, record] : state.records,
    pending: state.after === null ? without(state.pending, [record]) : state.pending,
  };
}

/** Folds the early steps that now follow on; a hole that remains asks for another page. */
export function replay(state: Conversation): Conversation {
  const steps = [...state.early].sort((a, b) => epochOf(a) - epochOf(b) || firstOf(a) - firstOf(b));
  return steps.reduce(step, { ...state, early: [] });
}

/** An event after one's removal says that one is in again; what lies between is read anew. */
export function backIn(state: Conversation, seq: number): Conversation {
  const again = state.status.kind === "gone" && seq > state.status.seq;
  return again ? { ...state, status: { kind: "stale" }, wanted: seq } : state;
}

export function reset(state: Conversation, epoch: number, seq: number): Conversation {
  if (epoch === state.epoch && seq <= state.asOf) return state;
  return stale(state, seq);
}
