import type { Conversation, Delivery } from "@/features/conversation/model/state";
import {
  changed,
  reworded,
  UNTOUCHED,
  type MessageNow,
} from "@/features/conversation/model/messages";
import { said, saidBy } from "@/shared/lib/said";
import { date, dayLabel, sameDay } from "@/shared/lib/time";
import {
  limits,
  type Attachment,
  type EventRecord,
  type Mention,
  type Quote,
} from "@/shared/contracts/generated";

export type MessageRow = {
  kind: "message";
  key: string;
  id: string;
  by: string;
  own: boolean;
  /** The text as it is now; empty when deleted. */
  body: string;
  /** Null until it has its number; nothing can be done with it before. */
  seq: number | null;
  mentions: readonly Mention[];
  mentionAll: boolean;
  /** What it carries; empty when deleted. */
  files: readonly Attachment[];
  /** It was said in another chat before. */
  forwarded: boolean;
  /** The other one blocked the reader when this was said: it is sent, and never more than that. */
  hidden: boolean;
  /** The name of the webhook that brought it. `by` is nobody then, and in a private chat who made the webhook. */
  hook: string | null;
  now: MessageNow;
  /** An own change is on its way. */
  changing: boolean;
  /** What it answers: the seq, and the beginning once it is known. */
  reply: { seq: number; quote: Quote | null } | null;
  at: number;
  /** First and last of a run of one sender: who, and when, are said once. */
  first: boolean;
  last: boolean;
  delivery: Delivery | { kind: "numbered"; seq: number };
};

export type Row =
  /** What came before is gone; `day` is the first day that is kept. */
  | { kind: "beginning"; key: string; day: string }
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
  if (state.before === null && state.keptFrom !== null) {
    out.push({ kind: "beginning", key: "beginning", day: date(state.keptFrom) });
  }
  for (const loaded of state.records) {
    const { record, now, changing } = shownAs(state, loaded);
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
        own: saidBy(record, state.me),
        body: record.event.body,
        seq: record.seq,
        mentions: record.event.mentions,
        mentionAll: record.event.mention_all,
        files: record.event.attachments,
        forwarded: record.event.forwarded,
        hidden: record.event.hidden,
        hook: record.event.hook,
        now,
        changing,
        reply: replyOf(state, record.event.reply_to),
        at: record.at,
        first: true,
        last: true,
        delivery: { kind: "numbered", seq: record.seq },
      });
    } else {
      out.push({ kind: "line", key: record.id, record });
    }
  }
  // Behind a page from the middle of the chat is a gap: what is being sent belongs after it.
  for (const pending of state.after === null ? state.pending : []) {
    at(Math.max(state.records.at(-1)?.at ?? 0, pending.at));
    join(out, {
      kind: "message",
      key: pending.id,
      id: pending.id,
      by: state.me,
      own: true,
      body: pending.body,
      seq: null,
      mentions: [],
      mentionAll: false,
      files: pending.files,
      forwarded: pending.forwarded,
      hidden: false,
      hook: null,
      now: UNTOUCHED,
      changing: false,
      reply: replyOf(state, pending.replyTo),
      at: pending.at,
      first: true,
      last: true,
      delivery: pending.delivery,
    });
  }
  return out;
}

/** The message with one's own changes that are still on their way. */
function shownAs(
  state: Conversation,
  loaded: EventRecord,
): { record: EventRecord; now: MessageNow; changing: boolean } {
  let record = loaded;
  let now = state.states.get(record.seq) ?? UNTOUCHED;
  let changing = false;
  for (const { change, at } of state.asked) {
    if (change.target !== record.seq) continue;
    record = reworded(record, now, change);
    now = changed(now, change, state.me, { seq: record.seq, at });
    changing = true;
  }
  return { record, now, changing };
}

function replyOf(state: Conversation, seq: number | null): MessageRow["reply"] {
  if (seq === null) return null;
  const loaded = state.records.find((record) => record.seq === seq);
  if (loaded?.event.tag === "message.created") {
    const { record, now } = shownAs(state, loaded);
    const { body, attachments, hook } =
      record.event.tag === "message.created" ? record.event : said("");
    const quote = { seq, by: loaded.by, at: loaded.at, body: body.slice(0, limits.quoteChars) };
    return { seq, quote: { ...quote, deleted: now.deleted, attachments, hook } };
  }
  return { seq, quote: state.quotes.get(seq) ?? null };
}

/** Messages that are answered, but of which nothing is known yet. */
export function unknownQuotes(state: Conversation): number[] {
  const missing = new Set<number>();
  for (const { event } of state.records) {
    if (event.tag !== "message.created" || event.reply_to === null) continue;
    if (replyOf(state, event.reply_to)?.quote === null) missing.add(event.reply_to);
  }
  return [...missing];
}

/** The last own message that can still be edited. */
export function lastOwn(state: Conversation): MessageRow | null {
  const own = rows(state).filter(
    (row): row is MessageRow =>
      row.kind === "message" && row.own && row.seq !== null && !row.now.deleted,
  );
  return own.at(-1) ?? null;
}

/** A loaded message that can still be answered. */
export function answerable(state: Conversation, seq: number): MessageRow | null {
  const row = rows(state).find((one) => one.kind === "message" && one.seq === seq);
  return row?.kind === "message" && !row.now.deleted ? row : null;
}

/** Messages of others since the conversation was opened last. */
function isNew(state: Conversation, record: EventRecord): boolean {
  return (
    state.readAtOpening !== null &&
    state.readAtOpening > 0 &&
    record.seq > state.readAtOpening &&
    record.event.tag === "message.created" &&
    !saidBy(record, state.me)
  );
}

function join(out: Row[], row: MessageRow): void {
  const previous = out.at(-1);
  if (
    previous?.kind === "message" &&
    previous.by === row.by &&
    previous.hook === row.hook &&
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
