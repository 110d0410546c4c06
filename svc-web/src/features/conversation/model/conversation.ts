import { settle } from "@/features/conversation/model/changes";
import type { Change } from "@/features/conversation/model/messages";
import { aroundPage, newerPage, newestPage, olderPage } from "@/features/conversation/model/pages";
import {
  accepted,
  acked,
  discarded,
  rejected,
  written,
  type Written,
} from "@/features/conversation/model/sending";
import type { Conversation, Step } from "@/features/conversation/model/state";
import { backIn, reset, step } from "@/features/conversation/model/steps";
import type { Quote, RejectCode, TimelinePage } from "@/shared/contracts/generated";

/** All that can happen to a conversation. */
export type Input =
  | { kind: "page"; page: TimelinePage; readSeq: number }
  | { kind: "page_failed"; words: string }
  | { kind: "reopen" }
  | Step
  | { kind: "reset"; epoch: number; seq: number }
  | { kind: "gone"; seq: number }
  | Written
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

/** The conversation after it; the only way in which one changes. */
export function fold(state: Conversation, input: Input): Conversation {
  switch (input.kind) {
    case "page":
      return newestPage(state, input.page, input.readSeq);
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
      return acked(state, input.id);
    case "accepted":
      return accepted(state, input.id, input.seq);
    case "rejected":
      return rejected(state, input.id, input.code);
    case "discarded":
      return discarded(state, input.id);
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
