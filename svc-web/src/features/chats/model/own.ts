import {
  limits,
  type ChatView,
  type OwnChatBody,
  type OwnChatView,
} from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";

const HOUR_MS = 3_600_000;
const MORNING_HOUR = 8;

/** How long a chat can be muted for; the ends are Unix milliseconds. */
export const MUTES = [
  { words: "For 1 hour", until: (now: number): number => now + HOUR_MS },
  { words: "For 8 hours", until: (now: number): number => now + 8 * HOUR_MS },
  { words: "Until tomorrow, 8:00", until: tomorrowMorning },
  { words: "For good", until: (): number => Number.MAX_SAFE_INTEGER },
] as const;

/** Eight o'clock of the next day, by the reader's own clock. */
export function tomorrowMorning(now: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() + 1);
  return day.setHours(MORNING_HOUR, 0, 0, 0);
}

export function isMuted(chat: ChatView, now: number): boolean {
  return (chat.own?.muted_until ?? 0) > now;
}

/** Archived, and no message has brought it back: a muted chat stays where it is. */
export function isArchived(chat: ChatView, now: number): boolean {
  const at = chat.own?.archived_n ?? null;
  return at !== null && (isMuted(chat, now) || chat.n <= at);
}

/** What of the unread messages counts for the page's title and badge. */
export function loudUnread(chat: ChatView, now: number): number {
  return isMuted(chat, now) || isArchived(chat, now) ? chat.mentioned : chat.unread;
}

/** Pinned chats on top, the newest pin first; the others as they are. */
export function pinnedFirst(chats: readonly ChatView[]): ChatView[] {
  const place = (chat: ChatView): number => chat.own?.pinned_at ?? -1;
  return [...chats].sort((a, b) => place(b) - place(a));
}

export type OwnChange = { chat: string; change: OwnChatBody };

/** What to say when the change was not made. */
export function ownProblem({ change }: OwnChange, error: unknown): string {
  const full = error instanceof RestError && error.code === "validation" && change.pinned === true;
  if (full) return `You have pinned ${limits.pinnedChats} chats already. Unpin one first.`;
  return `Not done. ${errorWords(error)}`;
}

/** The newer of two answers about the same chat. */
export function newerOwn(read: OwnChatView | null, known: OwnChatView | null): OwnChatView | null {
  return (known?.version ?? 0) > (read?.version ?? 0) ? known : read;
}

/** Takes an answer into the list, unless the list knows a newer one. */
export function foldOwn(chats: readonly ChatView[], own: OwnChatView): ChatView[] {
  return chats.map((chat) =>
    chat.chat === own.chat ? { ...chat, own: newerOwn(own, chat.own) } : chat,
  );
}
