import type {
  EventRecord,
  Mention,
  MessageState,
  Quote,
  Reaction,
} from "@/shared/contracts/generated";
import { said } from "@/shared/lib/said";

/** What became of one message. Its text is in its record. */
export type MessageNow = {
  edited: { seq: number; at: number } | null;
  deleted: boolean;
  deletedBy: string | null;
  reactions: readonly Reaction[];
};

/** What somebody did to the message `target`. */
export type Change =
  | { kind: "edit"; target: number; body: string; mentions: readonly Mention[]; all: boolean }
  | { kind: "delete"; target: number }
  | { kind: "react"; target: number; emoji: string; on: boolean };

export type States = ReadonlyMap<number, MessageNow>;
export type Quotes = ReadonlyMap<number, Quote>;

export const UNTOUCHED: MessageNow = {
  edited: null,
  deleted: false,
  deletedBy: null,
  reactions: [],
};

export function stateOf(state: MessageState): MessageNow {
  const edited =
    state.edited_seq === null || state.edited_at === null
      ? null
      : { seq: state.edited_seq, at: state.edited_at };
  return {
    edited,
    deleted: state.deleted,
    deletedBy: state.deleted_by,
    reactions: state.reactions,
  };
}

/** The change that an event is; `null` for any other event. */
export function changeOf({ event }: EventRecord): Change | null {
  if (event.tag === "message.edited") {
    const { target, body, mentions, mention_all: all } = event;
    return { kind: "edit", target, body, mentions, all };
  }
  if (event.tag === "message.deleted") return { kind: "delete", target: event.target };
  if (event.tag === "message.reacted") {
    return { kind: "react", target: event.target, emoji: event.emoji, on: event.on };
  }
  return null;
}

/** The state after a change. Deleted is for ever: nothing later has an effect. */
export function changed(
  now: MessageNow,
  change: Change,
  by: string,
  at: { seq: number; at: number },
): MessageNow {
  if (now.deleted) return now;
  switch (change.kind) {
    case "edit":
      return { ...now, edited: at };
    case "delete":
      return { ...UNTOUCHED, deleted: true, deletedBy: by };
    case "react":
      return { ...now, reactions: reacted(now.reactions, change.emoji, by, change.on) };
  }
}

/** The record with the text that the change gives it. */
export function reworded(record: EventRecord, now: MessageNow, change: Change): EventRecord {
  if (record.event.tag !== "message.created" || now.deleted) return record;
  if (change.kind === "edit") {
    const { body, mentions, all } = change;
    const event = { ...record.event, body, mentions: [...mentions], mention_all: all };
    return { ...record, event };
  }
  if (change.kind === "delete") {
    return { ...record, event: { ...said(""), reply_to: record.event.reply_to } };
  }
  return record;
}

/** A quote after a change of what it quotes. */
export function requoted(quote: Quote, change: Change, chars: number): Quote {
  if (quote.deleted) return quote;
  if (change.kind === "edit") return { ...quote, body: change.body.slice(0, chars) };
  if (change.kind === "delete") return { ...quote, body: "", attachments: [], deleted: true };
  return quote;
}

/**
 * One of each emoji a person. Beyond the people that are named, somebody unknown counts as new, which a
 * fresh page puts right.
 */
function reacted(
  reactions: readonly Reaction[],
  emoji: string,
  by: string,
  on: boolean,
): readonly Reaction[] {
  const known = reactions.find((one) => one.emoji === emoji);
  if (known === undefined) {
    return on ? [...reactions, { emoji, count: 1, people: [by] }] : reactions;
  }
  const has = known.people.includes(by);
  const unnamed = known.count > known.people.length;
  if (on ? has : !has && !unnamed) return reactions;
  const next: Reaction = {
    emoji,
    count: known.count + (on ? 1 : -1),
    people: on
      ? unnamed
        ? known.people
        : [...known.people, by]
      : known.people.filter((person) => person !== by),
  };
  return next.count === 0
    ? reactions.filter((one) => one !== known)
    : reactions.map((one) => (one === known ? next : one));
}
