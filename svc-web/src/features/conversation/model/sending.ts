import { settle } from "@/features/conversation/model/changes";
import {
  stale,
  type Conversation,
  type Delivery,
  type Pending,
} from "@/features/conversation/model/state";
import type { Attachment, EventRecord, RejectCode } from "@/shared/contracts/generated";

/** An own message. Its files are on their way (`packing`), or it is. */
export type Written = {
  kind: "packing" | "written";
  id: string;
  body: string;
  replyTo?: number | null;
  forwarded?: boolean;
  files?: readonly Attachment[];
  at: number;
};

export function written(state: Conversation, message: Written): Conversation {
  const { id, body, at, replyTo = null, forwarded = false, files = [] } = message;
  const before = state.pending.find((one) => one.id === id);
  const known = before !== undefined && before.delivery.kind !== "packing";
  if (known || state.records.some((record) => record.id === id)) return state;
  const delivery = { kind: message.kind === "packing" ? "packing" : "waiting" } as const;
  const others = state.pending.filter((one) => one.id !== id);
  const pending = [...others, { id, body, replyTo, forwarded, files, at, delivery }];
  return { ...state, pending: pending.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

export function acked(state: Conversation, id: string): Conversation {
  return deliver(state, id, (delivery) =>
    delivery.kind === "waiting" ? { kind: "sent" } : delivery,
  );
}

/** The event exists since long. Shown already, older than what is loaded, or still to come. */
export function accepted(state: Conversation, id: string, seq: number): Conversation {
  if (state.asked.some((one) => one.id === id)) {
    return seq <= state.asOf ? settle(state, id) : stale(state, seq);
  }
  if (!state.pending.some((one) => one.id === id)) return state;
  if (seq <= state.asOf) return discarded(state, id);
  return stale(acked(state, id), seq);
}

export function rejected(state: Conversation, id: string, code: RejectCode): Conversation {
  if (state.asked.some((one) => one.id === id)) return { ...settle(state, id), refused: code };
  return deliver(state, id, () => ({ kind: "rejected", code }));
}

export function discarded(state: Conversation, id: string): Conversation {
  return { ...state, pending: state.pending.filter((one) => one.id !== id) };
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

/** The own messages whose events are not among these. */
export function without(
  pending: readonly Pending[],
  records: readonly EventRecord[],
): readonly Pending[] {
  if (pending.length === 0) return pending;
  const ids = new Set(records.map((record) => record.id));
  return pending.filter((one) => !ids.has(one.id));
}
