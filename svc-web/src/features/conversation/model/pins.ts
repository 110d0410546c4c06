import type { Event, PinsView } from "@/shared/contracts/generated";
import { saidIn } from "@/shared/lib/said";

/** A pinned message: who wrote it, or which webhook, and what it says now; `by` is who pinned it. */
export type Pinned = {
  target: number;
  author: string;
  hook: string | null;
  body: string;
  by: string;
};

/** The pins of an answer, in its order; a message that isn't there for the reader has none. */
export function pinnedIn(view: PinsView): Pinned[] {
  const texts = new Map(view.items.map((item) => [item.seq, item]));
  return view.pins.flatMap(({ target, by }) => {
    const item = texts.get(target);
    if (item?.event.tag !== "message.created") return [];
    return [{ target, author: item.by, hook: item.event.hook, body: saidIn(item.event), by }];
  });
}

/** Whether the event changes what is pinned, or what a pinned message says. */
export function touchesPins(event: Event, known: readonly Pinned[]): boolean {
  if (event.tag === "message.pinned" || event.tag === "message.unpinned") return true;
  if (event.tag !== "message.edited" && event.tag !== "message.deleted") return false;
  return known.some((pin) => pin.target === event.target);
}

/** Everybody whose name the pins show. */
export function peopleOf(pins: readonly Pinned[]): string[] {
  return pins.flatMap(({ author, hook, by }) => (hook === null ? [author, by] : [by]));
}
