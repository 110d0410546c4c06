import type { PresenceView } from "@/shared/contracts/generated";
import { clock, dayLabel, sameDay } from "@/shared/lib/time";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What is known of somebody in few words, null for nothing. `now` is Unix ms. */
export function presenceWords(view: PresenceView, now: number): string | null {
  if (view.online) return "online";
  const at = view.seen_at;
  if (at === null) return null;
  const ago = now - at;
  if (ago < 2 * MINUTE_MS) return "last seen a moment ago";
  if (ago < HOUR_MS) return `last seen ${Math.floor(ago / MINUTE_MS)} minutes ago`;
  if (sameDay(at, now)) return `last seen at ${clock(at)}`;
  const day = dayLabel(at, now);
  return day === "Yesterday" ? `last seen yesterday at ${clock(at)}` : `last seen ${day}`;
}
