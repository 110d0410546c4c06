import type { Conversation, Delivery } from "@/features/conversation/model/conversation";
import { dayLabel, sameDay } from "@/shared/lib/time";
import type { EventRecord } from "@/shared/contracts/generated";

export type MessageRow = {
  kind: "message";
  key: string;
  id: string;
  by: string;
  own: boolean;
  body: string;
  at: number;
  /** First and last of a run of one sender: who, and when, are said once. */
  first: boolean;
  last: boolean;
  delivery: Delivery | { kind: "numbered"; seq: number };
};

export type Row =
  | { kind: "day"; key: string; label: string }
  | { kind: "new"; key: string }
  | { kind: "line"; key: string; record: EventRecord }
  | MessageRow;

/** A run of one sender ends after so many milliseconds of silence. */
const RUN_MS = 5 * 60_000;

/** What is drawn, from top to bottom. */
export function rows(state: Conversation): Row[] {
  const out: Row[] = [];
  let previousAt: number | null = null;
  let newShown = false;
  const at = (time: number): void => {
    if (previousAt === null || !sameDay(previousAt, time)) {
      out.push({ kind: "day", key: `day-${dayKey(time)}`, label: dayLabel(time, state.now) });
    }
    previousAt = time;
  };
  for (const record of state.records) {
    at(record.at);
    if (!newShown && isNew(state, record)) {
      newShown = true;
      out.push({ kind: "new", key: "new" });
    }
    if (record.event.tag === "message.created") {
      join(out, {
        kind: "message",
        key: record.id,
        id: record.id,
        by: record.by,
        own: record.by === state.me,
        body: record.event.body,
        at: record.at,
        first: true,
        last: true,
        delivery: { kind: "numbered", seq: record.seq },
      });
    } else {
      out.push({ kind: "line", key: record.id, record });
    }
  }
  for (const pending of state.pending) {
    at(Math.max(state.records.at(-1)?.at ?? 0, pending.at));
    join(out, {
      kind: "message",
      key: pending.id,
      id: pending.id,
      by: state.me,
      own: true,
      body: pending.body,
      at: pending.at,
      first: true,
      last: true,
      delivery: pending.delivery,
    });
  }
  return out;
}

/** Messages of others since the conversation was opened last. */
function isNew(state: Conversation, record: EventRecord): boolean {
  return (
    state.readAtOpening !== null &&
    state.readAtOpening > 0 &&
    record.seq > state.readAtOpening &&
    record.by !== state.me &&
    record.event.tag === "message.created"
  );
}

function join(out: Row[], row: MessageRow): void {
  const previous = out.at(-1);
  if (
    previous?.kind === "message" &&
    previous.by === row.by &&
    previous.delivery.kind !== "rejected" &&
    row.at - previous.at < RUN_MS
  ) {
    previous.last = false;
    row.first = false;
  }
  out.push(row);
}

function dayKey(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
