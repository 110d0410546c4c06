import { limits, type OwnChatView } from "@/shared/contracts/generated";

/**
 * The message of one chat that is not sent yet, as this device has it. Times are Unix milliseconds of the server's
 * clock. The last writer wins over all devices; what was sent or given up stays away.
 */
export type Draft = {
  text: string;
  replyTo: number | null;
  /** When it was begun, on all devices the same; 0 for no draft. */
  began: number;
  at: number;
  /** It changed since the server was told. */
  unsaved: boolean;
  /** Drafts that began up to then are over, as far as this device and the server know. */
  ended: number;
  endedThere: number;
  /** The newest beginning of which the server may know. */
  told: number;
  /** The newest of those that are over: the server has to be told so. */
  owed: number;
};

export const NO_DRAFT: Draft = {
  text: "",
  replyTo: null,
  began: 0,
  at: 0,
  unsaved: false,
  ended: 0,
  endedThere: 0,
  told: 0,
  owed: 0,
};

/** The text as it is now; an empty one gives the draft up. */
export function typed(draft: Draft, text: string, replyTo: number | null, now: number): Draft {
  if (text === "") return over(draft);
  if (text === draft.text && replyTo === draft.replyTo) return draft;
  return {
    ...draft,
    text,
    replyTo,
    began: draft.began === 0 ? Math.max(now, draft.ended + 1) : draft.began,
    at: Math.max(now, draft.at + 1),
    unsaved: true,
  };
}

/** It was sent or given up. */
export function over(draft: Draft): Draft {
  const { told, endedThere } = draft;
  const ended = Math.max(draft.ended, draft.began);
  const owed = told > ended ? draft.owed : Math.max(draft.owed, told);
  return { ...NO_DRAFT, told, endedThere, ended, owed };
}

/** What the server keeps of it, maybe from another device. */
export function taken(draft: Draft, own: OwnChatView): Draft {
  const theirs = own.draft;
  const ended = Math.max(draft.ended, own.draft_ended);
  const mine = draft.began > 0 && draft.began <= ended ? over(draft) : draft;
  const began = theirs?.began ?? 0;
  const next = {
    ...mine,
    ended,
    endedThere: Math.max(draft.endedThere, own.draft_ended),
    told: Math.max(draft.told, began),
    owed: began > ended ? mine.owed : Math.max(mine.owed, began),
  };
  // It had mine, and lost it to another device's that is over: it is told of mine again.
  if (theirs === null || theirs.began <= ended) return { ...next, unsaved: next.began > 0 };
  const { text, at } = theirs;
  const same = text === next.text && theirs.reply_to === next.replyTo && began === next.began;
  if (!same && next.began > 0 && next.at > at) return next;
  return { ...next, text, replyTo: theirs.reply_to, began, at, unsaved: false };
}

/** The server has no use for it: it refuses it, and would again. */
export function refused(draft: Draft): Draft {
  return { ...draft, unsaved: false, endedThere: draft.ended };
}

export type Telling = { kind: "end"; began: number } | { kind: "keep"; draft: Draft };

const encoder = new TextEncoder();

/** What the server has to be told; null for nothing. What was sent before it heard of it is none of its business. */
export function telling(draft: Draft): Telling | null {
  if (draft.owed > draft.endedThere) {
    return { kind: "end", began: draft.ended };
  }
  const { text, began, unsaved } = draft;
  if (began === 0 || !unsaved || text.includes("\0") || !text.isWellFormed()) return null;
  return encoder.encode(text).length > limits.messageBodyBytes ? null : { kind: "keep", draft };
}

/** From here on the server may know of it. */
export function toldOf(draft: Draft): Draft {
  return { ...draft, told: Math.max(draft.told, draft.began) };
}
