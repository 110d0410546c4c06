import type { Conversation } from "@/features/conversation/model/state";
import { saidBy, saidIn } from "@/shared/lib/said";

/** What came while the chat was open, to be read out. */
export type Heard = { seq: number; by: string; hook: string | null; said: string };

/** How far a chat was read out: nothing up to `upTo` is said again, wherever the reader goes in it. */
export type Hearing = {
  readonly epoch: number;
  readonly upTo: number;
  /** The last that were read out, oldest first. */
  readonly lines: readonly Heard[];
};

type Shown = Pick<Conversation, "me" | "epoch" | "asOf" | "records">;

/** Of a burst no more than this many are read out: nobody listens to a hundred. */
const AT_ONCE = 5;

/** Nothing that is there when the chat is opened is read out. */
export function silent({ epoch, asOf }: Pick<Shown, "epoch" | "asOf">): Hearing {
  return { epoch, upTo: asOf, lines: [] };
}

/**
 * Takes up the newest messages of others that were not read out yet; not those of blocked people. The same object when
 * there is nothing new.
 */
export function hear(before: Hearing, state: Shown, blocked: ReadonlySet<string>): Hearing {
  if (state.epoch !== before.epoch) return silent(state);
  const newest = state.records.at(-1)?.seq ?? 0;
  if (newest <= before.upTo) return before;
  const found: Heard[] = [];
  for (let at = state.records.length - 1; at >= 0 && found.length < AT_ONCE; at -= 1) {
    const record = state.records[at];
    if (record === undefined || record.seq <= before.upTo) break;
    const { seq, by, event } = record;
    if (event.tag !== "message.created" || saidBy(record, state.me) || blocked.has(by)) continue;
    found.unshift({ seq, by, hook: event.hook, said: saidIn(event) });
  }
  const lines = [...before.lines, ...found].slice(-AT_ONCE);
  return { epoch: before.epoch, upTo: newest, lines };
}
