import type { MemberReceipt, Receipt, ReceiptsView, SeenView } from "@/shared/contracts/generated";

/** How far a message is with the others, and of how many that is known. */
export type Standing = { kind: "sent" | "delivered" | "read"; seen: number; of: number };

export const SENT: Standing = { kind: "sent", seen: 0, of: 0 };

/** What a page knows of the others: each of them, or of a large group who has seen the newest own message. */
export type Known =
  | { kind: "nothing" }
  | { kind: "members"; members: readonly MemberReceipt[] }
  | { kind: "counted"; seen: SeenView };

/** Others have come further; of two words the larger counts. `null`: somebody isn't known here, read again. */
export function merged(
  view: ReceiptsView,
  marks: readonly Receipt[],
  me: string,
): ReceiptsView | null {
  const fresh = new Map(marks.map((mark) => [mark.person, mark]));
  fresh.delete(me);
  const members = view.members.map((member) => {
    const mark = fresh.get(member.person);
    fresh.delete(member.person);
    if (mark === undefined) return member;
    const read = mark.read > member.read;
    const delivered = mark.delivered > member.delivered;
    return {
      ...member,
      read: read ? mark.read : member.read,
      read_at: read ? mark.read_at : member.read_at,
      delivered: delivered ? mark.delivered : member.delivered,
      delivered_at: delivered ? mark.delivered_at : member.delivered_at,
    };
  });
  return fresh.size > 0 ? null : { ...view, members };
}

/** How far an own message is: everybody who tells and sees it counts. One that is hidden never gets any further. */
export function standing(known: Known, seq: number, hidden = false): Standing {
  if (known.kind === "nothing" || hidden) return SENT;
  if (known.kind === "counted") {
    const { seen } = known;
    // What was written before the newest is at least as far; of what came after nothing is known yet.
    if (seq > seen.seq || seen.of === 0) return SENT;
    return { kind: seen.seen === seen.of ? "read" : "sent", seen: seen.seen, of: seen.of };
  }
  const others = known.members.filter((member) => member.since <= seq);
  if (others.length === 0) return SENT;
  const seen = others.filter((member) => member.read >= seq).length;
  const has = others.every((member) => member.delivered >= seq);
  const kind = seen === others.length ? "read" : has ? "delivered" : "sent";
  return { kind, seen, of: others.length };
}

/** The standing in words, for a tip and for who listens. */
export function standingWords({ kind, seen, of }: Standing): string {
  if (of <= 1) return kind === "read" ? "Read" : kind === "delivered" ? "Delivered" : "Sent";
  if (kind === "read") return "Read by all";
  if (seen > 0) return `Seen by ${seen} of ${of}`;
  return kind === "delivered" ? "Delivered to all" : "Sent";
}
