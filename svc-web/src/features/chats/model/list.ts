import { newerOwn } from "@/features/chats/model/own";
import type { ChatView, Event, EventRecord } from "@/shared/contracts/generated";
import { saidBy } from "@/shared/lib/said";

/** Newest first, as the server sorts them. */
function byNewest(chats: readonly ChatView[]): ChatView[] {
  return [...chats].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0));
}

/** A list from the server, except where the socket was faster than the answer. */
export function keepNewer(
  read: readonly ChatView[],
  known: readonly ChatView[] | undefined,
): ChatView[] {
  const before = new Map((known ?? []).map((chat) => [chat.chat, chat]));
  return byNewest(
    read.map((answer) => {
      const mine = before.get(answer.chat);
      const chat = {
        ...furtherRead(answer, mine),
        own: newerOwn(answer.own, mine?.own ?? null),
      };
      return mine?.epoch === chat.epoch && mine.head > chat.head
        ? {
            ...chat,
            name: mine.name,
            tagline: mine.tagline,
            history: mine.history,
            dismissed: mine.dismissed,
            head: mine.head,
            n: mine.n,
            unread: mine.unread,
            mentioned: mine.mentioned,
            last: mine.last,
          }
        : chat;
    }),
  );
}

/** An answer that doesn't know yet what this page has said it read. */
function furtherRead(answer: ChatView, mine: ChatView | undefined): ChatView {
  if (mine === undefined || mine.epoch !== answer.epoch || mine.read_seq <= answer.read_seq) {
    return answer;
  }
  const unread = Math.min(answer.unread, mine.unread + Math.max(0, answer.n - mine.n));
  return {
    ...answer,
    read_seq: mine.read_seq,
    unread,
    mentioned: Math.min(answer.mentioned, unread),
  };
}

/**
 * Folds one event of a chat's stream into the list. An event that the list has already changes nothing.
 * Whom one blocked calls nobody. `null`: the list can't say what it looks like now; read it again.
 */
export function foldEvent(
  chats: readonly ChatView[],
  record: EventRecord,
  me: string,
  blocked: ReadonlySet<string>,
): ChatView[] | null {
  const chat = chats.find((one) => `c:${one.chat}` === record.stream);
  if (chat === undefined) return null;
  if (record.epoch === chat.epoch && record.seq <= chat.head) return [...chats];
  if (record.event.tag.startsWith("member.")) return null;
  // What one is to the other changed with it.
  if (record.event.tag === "chat.blocked" || record.event.tag === "chat.unblocked") return null;
  // The account of one of the two was deleted: who they are is told anew.
  if (record.event.tag === "chat.dismissed" && chat.kind === "private") return null;
  const fromOther = record.event.tag === "message.created" && !saidBy(record, me);
  // The mark of another device may come before the message that it is about.
  const unreadOne = fromOther && record.seq > chat.read_seq;
  const called = unreadOne && names(record.event, me) && !blocked.has(record.by);
  const folded: ChatView = {
    ...chat,
    ...settled(chat, record.event),
    epoch: record.epoch,
    head: record.seq,
    n: record.n,
    unread: unreadOne ? chat.unread + 1 : chat.unread,
    mentioned: chat.mentioned + (called ? 1 : 0),
    last: record,
  };
  return byNewest(chats.map((one) => (one === chat ? folded : one)));
}

function names(event: Event, person: string): boolean {
  return event.tag === "message.created" && event.mentions.some((one) => one.person === person);
}

/** What an event changes of the group itself. */
function settled(chat: ChatView, event: Event): Partial<ChatView> {
  if (event.tag === "chat.renamed") return { name: event.name };
  if (event.tag === "chat.tagline_changed") return { tagline: event.tagline };
  if (event.tag === "chat.picture_changed") return { picture: event.picture };
  if (event.tag === "chat.history_changed") return { history: event.history };
  if (event.tag === "chat.retention_changed") return { retention: event.retention };
  return event.tag === "chat.dismissed" ? { dismissed: true } : {};
}

/** The read mark moved, here or on another device. */
export function foldRead(
  chats: readonly ChatView[],
  chat: string,
  seq: number,
  unread: number,
): ChatView[] {
  return chats.map((one) =>
    one.chat === chat && seq >= one.read_seq
      ? { ...one, read_seq: seq, unread, mentioned: Math.min(one.mentioned, unread) }
      : one,
  );
}

/**
 * The same person read up to `seq`, at which the chat had `n` messages; `n` is null where it isn't known.
 * `null`: the list can't say how many are unread now; read it again.
 */
export function foldMark(
  chats: readonly ChatView[],
  chat: string,
  seq: number,
  n: number | null,
): ChatView[] | null {
  const known = chats.find((one) => one.chat === chat);
  if (known === undefined || seq < known.read_seq) return [...chats];
  if (seq >= known.head || known.unread === 0) return foldRead(chats, chat, seq, 0);
  if (n === null) return null;
  return foldRead(chats, chat, seq, Math.min(known.unread, Math.max(0, known.n - n)));
}

export function chatTitle(chat: ChatView): string {
  if (chat.kind === "private") return chat.partner?.name ?? "Private chat";
  return chat.name ?? "Group";
}

/** Chats whose title, or whose partner's username, contains the words. */
export function filterChats(chats: readonly ChatView[], words: string): readonly ChatView[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return chats;
  return chats.filter((chat) =>
    `${chatTitle(chat)} ${chat.partner?.username ?? ""}`.toLowerCase().includes(wanted),
  );
}
