import type { Change, Quotes, States } from "@/features/conversation/model/messages";
import type { Attachment, EventRecord, RejectCode } from "@/shared/contracts/generated";

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

export type Step =
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

/** What is shown lacks something up to `seq`: the driver is to read the newest page again. */
export function stale(state: Conversation, seq: number): Conversation {
  const status: Status = state.status.kind === "open" ? { kind: "stale" } : state.status;
  return { ...state, status, wanted: Math.max(state.wanted ?? 0, seq) };
}
