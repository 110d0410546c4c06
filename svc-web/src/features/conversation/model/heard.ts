import type { Conversation } from "@/features/conversation/model/state";
import { saidBy, saidIn } from "@/shared/lib/said";

/** What came while the chat was open, to be read out. */
export type Heard = { seq: number; by: string; hook: string | null; said: string };

/** Of a burst no more than this many are read out: nobody listens to a hundred. */
const AT_ONCE = 5;

/** The newest messages of others after `since`, oldest first; not those of blocked people. */
export function heard(
  state: Pick<Conversation, "me" | "records">,
  since: number,
  blocked: ReadonlySet<string>,
): Heard[] {
  const found: Heard[] = [];
  for (let at = state.records.length - 1; at >= 0 && found.length < AT_ONCE; at -= 1) {
    const record = state.records[at];
    if (record === undefined || record.seq <= since) break;
    const { seq, by, event } = record;
    if (event.tag !== "message.created" || saidBy(record, state.me) || blocked.has(by)) continue;
    found.unshift({ seq, by, hook: event.hook, said: saidIn(event) });
  }
  return found;
}
